import { createSecureServer, createServer } from 'node:http2';
import { expect, test } from 'vitest';
import { startHttp2 } from '../support/http2-server.ts';

const servers = [createServer(), createSecureServer()].map(
  (server) => Object.getPrototypeOf(server) as object,
);

/** Own properties of the classes that the hook stands on. */
function look(stream: object): unknown {
  return [...servers, Object.getPrototypeOf(stream) as object].map(
    (prototype) => Object.getOwnPropertyDescriptors(prototype),
  );
}

test('disable() puts the classes of HTTP/2 back as they were, and streams live on', async () => {
  await using bare = await startHttp2();
  bare.measured.instrumentation.disable();
  const { stream: plain } = await bare.request();
  const before = look(plain);

  await using pair = await startHttp2();
  const { client, stream } = await pair.request();
  stream.respond({ ':status': 200, 'content-type': 'text/event-stream' });
  stream.write('data: 1\n\n');
  expect(look(stream)).not.toEqual(before);
  pair.measured.instrumentation.disable();
  expect(look(stream)).toEqual(before);

  let received = '';
  for await (const chunk of client.on('ready', () => {})) {
    received += chunk;
    if (received === 'data: 1\n\n') stream.end('data: 2\n\n');
  }
  expect(received).toBe('data: 1\n\ndata: 2\n\n');
  expect(pair.measured.summaries).toEqual([]);
});

test('what the methods of a stream are called, and take, stays', async () => {
  await using bare = await startHttp2();
  bare.measured.instrumentation.disable();
  const { stream: plain } = await bare.request();
  const describe = (stream: object) =>
    ['respond', 'write', 'end', 'close', 'destroy', 'emit'].map((key) => {
      const method = (stream as Record<string, unknown>)[key] as () => void;
      return [key, method.name, method.length];
    });
  const before = describe(plain);

  await using pair = await startHttp2();
  const { stream } = await pair.request();
  expect(describe(stream)).toEqual(before);
});
