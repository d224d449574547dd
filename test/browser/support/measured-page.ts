import type {
  IncomingMessage,
  RequestListener,
  ServerResponse,
} from 'node:http';
import type { Attributes } from '@opentelemetry/api';
import { CLIENT_METRICS, type ClientMetricKey } from '../../../src/semconv.ts';
import {
  type ClientFigures,
  createReaches,
} from '../../support/client-figures.ts';
import { startServer, type TestServer } from '../../support/sse-server.ts';
import { type Chromium, type Page, startChromium } from './chromium.ts';
import { buildPageScript } from './page-script.ts';

const HTML =
  '<!doctype html><title>Under test</title><script src="/page.js"></script>';

/** One page of a real browser, its server, and what the page measured. */
export interface MeasuredPage extends AsyncDisposable, ClientFigures, Page {
  readonly server: TestServer;
  readonly chromium: Chromium;
}

/** Opens a page that is measured; `listener` answers all but the page itself. */
export async function openMeasuredPage(
  listener: RequestListener,
): Promise<MeasuredPage> {
  const script = await buildPageScript();
  const server = await startServer((request, response) => {
    if (!answerPage(request, response, script)) listener(request, response);
  });
  const chromium = await startChromium();
  const page = await chromium.open(`${server.url}/`);
  await page.run('measure()');
  const read = (how: string, key: ClientMetricKey, match: Attributes = {}) =>
    page.run<number>(
      `metrics.${how}('${CLIENT_METRICS[key].name}', ${JSON.stringify(match)})`,
    );
  const sum: MeasuredPage['sum'] = (key, match) => read('sum', key, match);
  return {
    ...page,
    server,
    chromium,
    sum,
    count: (key, match) => read('count', key, match),
    total: (key) =>
      page.run(`metrics.collect().then((all) => (all.get('${CLIENT_METRICS[key].name}') ?? [])
        .reduce((sum, { value }) => sum + value.sum, 0))`),
    reaches: createReaches(sum),
    async [Symbol.asyncDispose]() {
      await chromium[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function answerPage(
  { url = '/' }: IncomingMessage,
  response: ServerResponse,
  script: string,
): boolean {
  const [path] = url.split('?');
  if (path === '/') {
    response.setHeader('Content-Type', 'text/html');
    response.end(HTML);
  } else if (path === '/page.js') {
    response.setHeader('Content-Type', 'text/javascript');
    response.end(script);
  } else if (path === '/favicon.ico') response.writeHead(204).end();
  else return false;
  return true;
}
