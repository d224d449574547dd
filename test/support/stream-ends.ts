import { expect } from 'vitest';
import type { DecodingClient } from './decoding-client.ts';
import type { MeasuredServer } from './measured-server.ts';
import { until } from './poll.ts';
import { readFigures, type StreamFigures } from './stream-figures.ts';

/** How a stream ends: by the application, or by a client that breaks off. */
export const ENDS = ['completed', 'client_disconnect'] as const;

/** The only stream of a server, whose client has received all there is. */
export interface OpenStream {
  readonly server: MeasuredServer;
  readonly client: DecodingClient;
  /** Ends it in the application. */
  readonly end: () => unknown;
}

/**
 * Checks what is reported while a stream is open and once it has ended, its bytes
 * on the wire against what its client has got.
 */
export async function expectStream(
  { server, client, end }: OpenStream,
  reason: (typeof ENDS)[number],
  expected: Pick<StreamFigures, 'routes' | 'events' | 'content'>,
): Promise<void> {
  const open = await readFigures(server);
  await until(
    `${open.wire} bytes`,
    () => client.wireBytes(),
    (bytes) => bytes === open.wire,
  );
  expect(open).toEqual({
    ...expected,
    active: 1,
    wire: client.wireBytes(),
    closed: {},
  });
  if (reason === 'completed') end();
  else client.leave();
  await client.closed;
  await server.closed(1);
  expect(await readFigures(server)).toEqual({
    ...expected,
    active: 0,
    wire: client.wireBytes(),
    closed: { [reason]: 1 },
  });
}
