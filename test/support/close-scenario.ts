import type {
  IncomingMessage,
  RequestListener,
  ServerOptions,
  ServerResponse,
} from 'node:http';
import { expect } from 'vitest';
import type { CloseReason } from '../../src/semconv.ts';
import { measure } from './measured.ts';
import { until } from './poll.ts';
import {
  formatRequest,
  type RawClient,
  startSecureServer,
  startServer,
  type TestServer,
} from './sse-server.ts';

/** An open stream from both ends. */
interface Stage {
  readonly client: RawClient;
  readonly server: TestServer;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** One way for a stream to end, and what it is counted as. */
export interface CloseScenario {
  /** A sentence: the test's name. */
  readonly name: string;
  readonly reason: CloseReason;
  readonly errorType?: string;
  /** What the application does with its server before the client comes. */
  readonly prepare?: (server: TestServer) => void;
  /** What the application does once it sent the first event. */
  readonly serve?: (response: ServerResponse, request: IncomingMessage) => void;
  /** What happens once the client has the first event. */
  readonly act?: (stage: Stage) => unknown;
  readonly options?: ServerOptions;
  /** What the client sends, when it is not a plain GET. */
  readonly request?: string;
  /** Speaks TLS. */
  readonly secure?: boolean;
}

/** The first event of every stream here. */
const FIRST_EVENT = 'data: first\n\n';

/** How a client leaves, in the words of a test's name. */
export const DEPARTURES: Readonly<Record<string, (client: RawClient) => void>> =
  {
    'sends its FIN': ({ socket }) => socket.end(),
    'destroys its socket': ({ socket }) => socket.destroy(),
    'resets its connection': ({ transport }) => transport.resetAndDestroy(),
  };

/** Plays a scenario and checks that it is counted once, and as it says. */
export async function expectClose(scenario: CloseScenario): Promise<void> {
  using measured = measure();
  let stage: Pick<Stage, 'request' | 'response'> | undefined;
  const listener: RequestListener = (request, response) => {
    stage = { request, response };
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(FIRST_EVENT);
    scenario.serve?.(response, request);
  };
  const start = scenario.secure ? startSecureServer : startServer;
  await using server = await start(listener, scenario.options);
  scenario.prepare?.(server);
  const client = await server.connect();
  client.socket.write(scenario.request ?? formatRequest());
  await client.waitFor('first');
  if (stage !== undefined) await scenario.act?.({ client, server, ...stage });
  const { metrics, summaries } = measured;
  const [summary] = await until(
    'the stream is closed',
    () => summaries,
    ({ length }) => length > 0,
  );
  expect(summary).toMatchObject({
    closeReason: scenario.reason,
    errorType: scenario.errorType,
  });
  expect(await metrics.sum('sse.server.opened_connections')).toBe(1);
  expect(await metrics.sum('sse.server.closed_connections')).toBe(1);
  expect(
    await metrics.sum('sse.server.closed_connections', {
      'sse.connection.close_reason': scenario.reason,
      ...(scenario.errorType && { 'error.type': scenario.errorType }),
    }),
  ).toBe(1);
  expect(await metrics.sum('sse.server.active_connections')).toBe(0);
}

const FILLING = Buffer.from(`data: ${'x'.repeat(256 * 1024)}\n\n`);

/** Writes more than the system takes from a client that does not read. */
export function fill(response: ServerResponse): void {
  for (let write = 0; write < 64; write++) response.write(FILLING);
}
