import type { Child } from '../../test/register/support/child.ts';
import {
  readAddress,
  type Scrape,
  scrapeUrl,
} from '../../test/register/support/scrape.ts';
import { openDecoding } from '../../test/support/decoding-client.ts';
import { send } from '../../test/support/measured-server.ts';
import { until } from '../../test/support/poll.ts';
import { formatRequest } from '../../test/support/sse-server.ts';

/** What each stream of test/next sends. */
const TEXT = 'event: hello\ndata: anna\n\ndata: one\n\ndata: two\n\n';

/** What is compared. */
export const CHECKS = [
  'encoding',
  'routes',
  'events',
  'bytes',
  'closes',
  'active',
] as const;

/** The streams that are opened, and how they should be reported. */
export interface Streams {
  readonly path: string;
  readonly route: string;
  /** `Accept-Encoding` of the requests. */
  readonly accepted: string;
  /** `Content-Encoding` of the responses. */
  readonly encoding: string;
}

/**
 * Opens three streams of a program that has just started: one ends, one is left by
 * its client, one breaks.
 *
 * @returns for each check how it differs; `undefined`: it does not.
 */
export async function tryStreams(
  child: Child,
  port: number,
  { path, route, accepted, encoding }: Streams,
): Promise<(string | undefined)[]> {
  const metrics = await readAddress(child);
  const read = async (name: string) =>
    (await scrapeUrl(metrics)).sum(`sse_server_${name}`);
  const wait = (name: string, sum: number) =>
    until(
      name,
      () => read(name),
      (value) => value === sum,
    );
  const url = `http://127.0.0.1:${port}`;
  await (await fetch(`${url}/plain`)).text();

  const whole = await openDecoding(url + path, accepted);
  await whole.waitFor(TEXT);
  await whole.closed;
  const leaving = await openDecoding(`${url}${path}?open`, accepted);
  await leaving.waitFor(TEXT);
  await wait('active_connections', 1);
  leaving.leave();
  await wait('active_connections', 0);
  // Of the third it is not known when all has come.
  const { bytes } = readFigures(await scrapeUrl(metrics));

  const headers = { 'Accept-Encoding': accepted };
  const broken = send(port, formatRequest(`${path}?open`, headers));
  await wait('active_connections', 1);
  await wait('sent_events_total', 9);
  broken.socket.resetAndDestroy();
  await wait('active_connections', 0);
  const figures = readFigures(await scrapeUrl(metrics));
  return compare(
    { ...figures, encoding: leaving.encoding ?? 'identity', bytes },
    {
      encoding,
      routes: [route],
      events: { hello: 3, message: 6, all: 9 },
      bytes: {
        content: 2 * TEXT.length,
        wire: whole.wireBytes() + leaving.wireBytes(),
      },
      closes: { completed: 1, client_disconnect: 2, all: 3 },
      active: { opened: 3, now: 0 },
    },
  );
}

/** What is reported of all streams. */
function readFigures({ labels, sum }: Scrape) {
  const routes = labels('sse_server_active_connections');
  const events = (match?: Record<string, string>) =>
    sum('sse_server_sent_events_total', match);
  const closes = (match?: Record<string, string>) =>
    sum('sse_server_closed_connections_total', match);
  return {
    routes: [...new Set(routes.map(({ http_route }) => String(http_route)))],
    events: {
      hello: events({ sse_event_type: 'hello' }),
      message: events({ sse_event_type: 'message' }),
      all: events(),
    },
    bytes: {
      content: sum('sse_server_content_size_bytes_total'),
      wire: sum('sse_server_wire_size_bytes_total'),
    },
    closes: {
      completed: closes({ sse_connection_close_reason: 'completed' }),
      client_disconnect: closes({
        sse_connection_close_reason: 'client_disconnect',
      }),
      all: closes(),
    },
    active: {
      opened: sum('sse_server_opened_connections_total'),
      now: sum('sse_server_active_connections'),
    },
  };
}

/** @returns for each check how it differs; `undefined`: it does not. */
function compare<Figures extends Record<(typeof CHECKS)[number], unknown>>(
  actual: Figures,
  expected: Figures,
): (string | undefined)[] {
  return CHECKS.map((check) => {
    const [found, wanted] = [actual[check], expected[check]].map((figure) =>
      JSON.stringify(figure),
    );
    return found === wanted ? undefined : `${check}: ${found}, not ${wanted}`;
  });
}
