import { once } from 'node:events';
import { type ClientHttp2Session, connect, createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { diag } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { SseInstrumentation, sseViews } from '../../src/index.ts';
import { nameOfSeries, startPrometheus } from '../support/prometheus.ts';

const STREAMS = 100_000;
const WARM_UP = 5_000;
const AT_ONCE = 100;

// HTTP/2 takes any method: HTTP/1.1 knows 35.
test('100,000 paths, methods, event types, errors and tenants make bounded series', async () => {
  await using endpoint = await startPrometheus(sseViews());
  const instrumentation = new SseInstrumentation({
    enabled: false,
    attributesHook: ({ url }) => ({ tenant: String(url).slice(-6) }),
  });
  instrumentation.setMeterProvider(endpoint.provider);
  instrumentation.enable();
  diag.disable();
  const server = createServer((request, response) => {
    const name = request.url.slice(1);
    response.stream.on('error', () => {});
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`event: ${name}\ndata: ${name}\n\n`);
    if (name.endsWith('a')) {
      const error = Object.assign(new Error(), { code: name.toUpperCase() });
      response.stream.destroy(error);
    } else response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const session = connect(`http://127.0.0.1:${port}`);

  await request(session, 0, WARM_UP);
  const early = await endpoint.scrape();
  const heapEarly = readHeap();
  await request(session, WARM_UP, STREAMS);
  const late = await endpoint.scrape();
  const heapLate = readHeap();
  session.destroy();
  server.close();
  instrumentation.disable();

  const ours = late.filter((line) => line.startsWith('sse_server_'));
  const grown = (heapLate - heapEarly) / 2 ** 20;
  console.log(
    `${STREAMS} streams, all different: ${ours.length} series, ` +
      `${early.length} of them after ${WARM_UP}; heap ${grown.toFixed(2)} MiB more`,
  );
  expect(sumOf(ours, 'sse_server_opened_connections_total')).toBe(STREAMS);
  expect(sumOf(ours, 'sse_server_sent_events_total')).toBe(STREAMS);
  expect(sumOf(ours, 'sse_server_closed_connections_total')).toBe(STREAMS);
  expect(sumOf(ours, 'sse_server_active_connections')).toBe(0);
  // All the names were used up long before: nothing is added any more.
  expect(late.length).toBe(early.length);
  expect(grown).toBeLessThan(2);
  for (const [name, series] of setsByName(ours)) {
    expect(series, name).toBeLessThanOrEqual(1500);
  }
}, 120_000);

/** Requests streams that are different in all that a client may choose. */
async function request(
  session: ClientHttp2Session,
  from: number,
  to: number,
): Promise<void> {
  let next = from;
  const work = async () => {
    while (next < to) {
      const name = nameOf(next++);
      const stream = session.request({
        ':path': `/${name}`,
        ':method': name.toUpperCase(),
      });
      stream.on('error', () => {});
      stream.resume();
      // Not once(): it would reject with the error of a stream that is reset.
      await new Promise((resolve) => stream.once('close', resolve));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** Letters alone: a path with a number would be cleaned. */
function nameOf(index: number): string {
  return [...index.toString(26).padStart(4, '0')]
    .map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 26)))
    .join('');
}

function readHeap(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function sumOf(lines: readonly string[], name: string): number {
  return lines
    .filter((line) => nameOfSeries(line) === name)
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** Attribute sets by metric: of a histogram, its counts. */
function setsByName(lines: readonly string[]): Map<string, number> {
  const sets = new Map<string, number>();
  for (const line of lines) {
    const name = nameOfSeries(line);
    if (/_(bucket|sum)$/.test(name)) continue;
    sets.set(name, (sets.get(name) ?? 0) + 1);
  }
  return sets;
}
