/** The page of examples/production in a real browser. */
import { once } from 'node:events';
import { createServer, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Installed,
  installProduction,
} from '../../stack/production-package.ts';
import { type Page, startChromium } from '../browser/support/chromium.ts';
import { startOtlpSink } from '../stack/support/otlp-sink.ts';
import { until } from '../support/poll.ts';
import { startProduction } from './support/production.ts';

const BASE = '/shop/live';
const DEMO = { AUTH: 'none', DEMO_EVENTS_PER_SECOND: '5' };

let installed: Installed;

beforeAll(() => {
  installed = installProduction();
}, 60_000);

afterAll(() => installed?.[Symbol.dispose]());

/** A proxy that has the server below a path. */
async function startProxy(url: string) {
  const proxy = createServer((request, response) => {
    const { url: path = '', method, headers } = request;
    if (!path.startsWith(`${BASE}/`)) {
      response.writeHead(404).end();
      return;
    }
    const sent = sendRequest(
      new URL(path.slice(BASE.length), url),
      { method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.on('error', () => response.destroy()).pipe(response);
      },
    );
    response.on('close', () => sent.destroy());
    sent.on('error', () => response.destroy()).end();
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${BASE}/`,
    async [Symbol.asyncDispose]() {
      proxy.close();
      proxy.closeAllConnections();
    },
  };
}

function untilEvents(page: Page): Promise<string> {
  const events = `document.querySelector('#events')?.innerText ?? ''`;
  return until('events', () => page.run<string>(events));
}

test('below a path of a proxy the page measures its stream all the same', async () => {
  await using collector = await startOtlpSink();
  await using server = await startProduction(installed.folder, {
    ...DEMO,
    // Longer data is parsed by nobody.
    DEMO_EVENT_BYTES: '20000',
    BROWSER_OTLP_URL: collector.url,
  });
  await using proxy = await startProxy(server.url);
  await using chromium = await startChromium();
  const page = await chromium.open(proxy.url);
  await untilEvents(page);
  // It sends what is left when it goes.
  await page.navigate('about:blank');
  const text = await until('metrics', collector.received, (sent) =>
    sent.includes('sse.client.event.delay'),
  );
  expect(text).toContain('"production-page"');
  expect(text).toContain('sse.client.received.events');
});

test('without a Collector the page shows the events, and loads no package', async () => {
  await using server = await startProduction(installed.folder, DEMO);
  await using chromium = await startChromium();
  const page = await chromium.open(server.url);
  await untilEvents(page);
  const loaded = await page.run<string[]>(
    `performance.getEntriesByType('resource').map(({ name }) => name)`,
  );
  const names = loaded.map((url) => new URL(url).pathname);
  expect(names.filter((name) => name.endsWith('.js'))).toEqual(['/page.js']);
  const ours = '/packages/opentelemetry-instrumentation-sse/dist/index.js';
  expect((await fetch(server.url + ours)).status).toBe(404);
});

test('only modules of its packages can be asked for', async () => {
  await using server = await startProduction(installed.folder, {
    ...DEMO,
    BROWSER_OTLP_URL: 'https://otlp.example.com/',
  });
  const response = await fetch(server.url);
  expect(response.headers.get('content-security-policy')).toMatch(
    /connect-src 'self' https:\/\/otlp\.example\.com$/,
  );
  const ours = `${server.url}/packages/opentelemetry-instrumentation-sse`;
  const browser = await fetch(`${ours}/dist/client/browser.js`);
  expect(browser.status).toBe(200);
  expect(browser.headers.get('content-type')).toMatch(/^text\/javascript/);
  for (const path of ['/package.json', '/src/index.ts', '/dist/%2e%2e/x.js']) {
    expect([path, (await fetch(ours + path)).status]).toEqual([path, 404]);
  }
});
