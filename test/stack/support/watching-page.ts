import { request as ask, type RequestListener } from 'node:http';
import type { Chromium, Page } from '../../browser/support/chromium.ts';
import { buildPageScript } from '../../browser/support/page-script.ts';
import { until } from '../../support/poll.ts';
import { startServer, type TestServer } from '../../support/sse-server.ts';
import { pathOf } from './files.ts';

const HTML =
  '<!doctype html><title>Watching</title><script src="/page.js"></script>';

/** What a page saw, by its own listeners. */
export interface Seen {
  readonly tick: number;
  readonly snapshot: number;
  readonly message: number;
  /** Of the events' data. */
  readonly bytes: number;
  readonly connectedMs: number;
}

/** How the page is opened. */
export interface Visit {
  /** Where the page is. */
  readonly site: string;
  readonly collector: string;
  /** `service.name`. */
  readonly service: string;
  /** Seconds between two exports. */
  readonly interval: number;
  /** Milliseconds that its listeners take for an event. @defaultValue 0 */
  readonly slow?: number;
}

/**
 * A site with the page of `test/stack/page/`; what else is asked is the application's.
 *
 * @param findApplication - its URL, which may be known later.
 */
export async function startSite(
  findApplication: () => string,
): Promise<TestServer> {
  const script = await buildPageScript(pathOf('test/stack/page/main.js'));
  const passOn: RequestListener = (request, response) => {
    const url = `${findApplication()}${request.url}`;
    const passed = ask(url, { headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    // The application is away, or went.
    passed.on('error', () => response.destroy());
    response.once('close', () => passed.destroy());
    passed.end();
  };
  return startServer((request, response) => {
    const [path] = (request.url ?? '/').split('?');
    if (path === '/') {
      response.setHeader('Content-Type', 'text/html').end(HTML);
    } else if (path === '/page.js') {
      response.setHeader('Content-Type', 'text/javascript').end(script);
    } else passOn(request, response);
  });
}

/** Opens the page in a browser; it watches `/events`. */
export function visit(
  chromium: Chromium,
  { site, collector, service, interval, slow = 0 }: Visit,
): Promise<Page> {
  const query = new URLSearchParams({
    collector,
    service,
    interval: String(interval),
    slow: String(slow),
  });
  return chromium.open(`${site}/?${query}`);
}

/** Waits until the page has seen so many ticks. */
export async function untilTicks(page: Page, ticks: number): Promise<void> {
  await until(
    `${ticks} ticks`,
    () => page.run<number>('seen.tick'),
    (seen) => seen >= ticks,
    20_000,
  );
}
