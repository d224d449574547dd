import { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { STREAM, startMeasured } from '../support/measured-server.ts';

type WriteHead = (...args: unknown[]) => unknown;
const prototype = ServerResponse.prototype as unknown as Record<
  'writeHead' | 'writeHeader',
  WriteHead
>;

test('a stream opened by the alias of writeHead is seen where somebody patched writeHead alone', async () => {
  const { writeHead } = prototype;
  prototype.writeHead = function (this: unknown, ...args: unknown[]) {
    return writeHead.apply(this, args);
  };
  try {
    await using server = await startMeasured({}, (_request, response) => {
      // Node 26 has it no more.
      const name = 'writeHeader' in response ? 'writeHeader' : 'writeHead';
      (response as unknown as typeof prototype)[name](200, STREAM);
      response.end('data: 1\n\n');
    });
    await (await fetch(server.url)).text();
    await server.closed(1);
    expect(await server.sum('sentEvents')).toBe(1);
  } finally {
    prototype.writeHead = writeHead;
  }
});
