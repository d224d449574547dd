import { expect, test } from 'vitest';
import { startGuarded } from '../guard/support/guarded-server.ts';
import { STREAM } from '../support/measured-server.ts';
import { until } from '../support/poll.ts';
import { startServer } from '../support/sse-server.ts';
import { startChromium } from './support/chromium.ts';

const CLOSED = 2;

/** A guarded server that is full until `isFull` is false, and a page elsewhere. */
async function openPage(refusal: 'retry' | 'status') {
  const state = { isFull: true };
  const server = await startGuarded(
    { refuse: () => state.isFull, refusal, retrySeconds: 0.2 },
    (_request, response) => {
      response.writeHead(200, {
        ...STREAM,
        'Access-Control-Allow-Origin': '*',
      });
      response.write('data: let in\n\n');
    },
  );
  // Another port is another origin.
  const site = await startServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><title>Elsewhere</title>');
  });
  const chromium = await startChromium();
  const page = await chromium.open(`${site.url}/`);
  await page.run(`
    globalThis.es = new EventSource('${server.url}/events');
    es.onmessage = ({ data }) => { globalThis.heard = data; };
    undefined`);
  return {
    state,
    readyState: () => page.run<number>('es.readyState'),
    heard: () => page.run<string>('globalThis.heard'),
    refused: () => server.guard.read().refused._OTHER ?? 0,
    async [Symbol.asyncDispose]() {
      await chromium[Symbol.asyncDispose]();
      await site[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

test('a browser that was refused comes back until there is room, also from another origin', async () => {
  await using page = await openPage('retry');
  await until('two refusals', () => page.refused() >= 2);
  page.state.isFull = false;
  await until('an event', page.heard, (text) => text === 'let in');
});

test('a browser that was refused by a status never comes back', async () => {
  await using page = await openPage('status');
  await until('the end', page.readyState, (state) => state === CLOSED);
  expect(page.refused()).toBe(1);
});
