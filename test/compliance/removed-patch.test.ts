import { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { measure } from '../support/measured.ts';
import { startServer } from '../support/sse-server.ts';

// Somebody who patched before the hook takes theirs off while it is on, and the
// hook with it: what they delete is the hook's.

test('the hook is put on again after somebody deleted it', async () => {
  const { prototype } = ServerResponse;
  const { write } = prototype;
  prototype.write = function (this: ServerResponse, ...args: never) {
    return Reflect.apply(write, this, args);
  };
  const { instrumentation, summaries } = measure();
  Reflect.deleteProperty(prototype, 'write');
  instrumentation.disable();
  expect(Object.hasOwn(prototype, 'write')).toBe(false);

  instrumentation.enable();
  {
    await using server = await startServer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('data: 1\n\n');
      response.end();
    });
    const client = await server.request();
    await client.waitFor('0\r\n\r\n');
  }
  instrumentation.disable();
  expect(summaries.map(({ events }) => events)).toEqual([1]);
  expect(Object.hasOwn(prototype, 'write')).toBe(false);
});
