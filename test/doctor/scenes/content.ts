import type { RequestListener } from 'node:http';
import {
  onPlain,
  type Scenes,
  sendStream,
  streaming,
} from '../support/examine.ts';

const well = onPlain(streaming());

/** Events 1 to 4, and after a `Last-Event-ID` what `next` says. */
function resuming(next: (last: number) => number | undefined): RequestListener {
  return (request, response) => {
    const last = request.headers['last-event-id'];
    const first = last === undefined ? 1 : next(Number(last));
    const ids = first === undefined ? [] : [0, 1, 2, 3].map((n) => first + n);
    const text = ids.map((id) => `id: ${id}\ndata: ${id}\n\n`).join('');
    sendStream(response, {}, `:\n\n${text}`);
  };
}

const RESUMING = { isResuming: true, seconds: 0.3 };
const healthyResume = onPlain(
  resuming((last) => last + 1),
  RESUMING,
);

/** A stream of such a text, and one nearly like it. */
function bodies(sick: string | Uint8Array, innocent: string): Scenes {
  return {
    sick: onPlain(streaming({}, sick)),
    well: onPlain(streaming({}, innocent)),
  };
}

/** What is in the stream, and what comes after a break. */
export const CONTENT_SCENES: Record<string, Scenes> = {
  'retry-short': bodies('retry: 100\n\n', 'retry: 500\n\n'),
  'retry-long': bodies('retry: 60001\n\n', 'retry: 60000\n\n'),
  'ids-repeat': bodies(
    'id: 1\ndata: a\n\nid: 1\ndata: b\n\n',
    // The empty id is how a stream forgets it.
    'id: 1\ndata: a\n\nid\ndata: b\n\nid\ndata: c\n\n',
  ),
  'resume-loses': {
    sick: onPlain(
      resuming(() => 5),
      RESUMING,
    ),
    well: healthyResume,
  },
  'resume-repeats': {
    sick: onPlain(
      resuming(() => 1),
      RESUMING,
    ),
    well: healthyResume,
  },
  'unknown-field': bodies('data: {\n"a":1}\n\n', 'data: {\ndata: "a":1}\n\n'),
  'null-in-id': bodies('id: a\0b\ndata: c\n\n', 'id: ab\ndata: c\0d\n\n'),
  'invalid-retry': bodies('retry: 3s\n\n', 'retry: 3000\n\n'),
  'event-without-data': bodies('event: ping\n\n', 'event: ping\ndata\n\n'),
  'unfinished-event': {
    sick: onPlain((_, response) => {
      sendStream(response, {}, 'data: a\n\ndata: b\n');
      response.end();
    }),
    well: onPlain((_, response) => {
      sendStream(response, {}, 'data: a\n\n: end');
      response.end();
    }),
  },
  'invalid-utf8': bodies(
    Buffer.from('data: caf\xe9\n\n', 'latin1'),
    'data: café\n\n',
  ),
  'byte-order-mark': bodies('\ufeffdata: a\n\n', 'data: \ufeff\n\n'),
  'event-huge': bodies(
    `data: ${'x'.repeat(256 * 1024)}\n\n`,
    `data: ${'x'.repeat(200 * 1024)}\n\n`.repeat(2),
  ),
  'token-in-url': {
    sick: onPlain(streaming(), (url) => ({
      url: new URL('?access_token=abc', url),
    })),
    well: onPlain(streaming(), (url) => ({ url: new URL('?room=abc', url) })),
  },
  'not-for-eventsource': {
    sick: onPlain(streaming(), { headers: { 'X-Api-Key': 'k' } }),
    well: onPlain(streaming(), { headers: { Cookie: 'a=b' } }),
  },
  'metrics-unreadable': {
    sick: onPlain(
      (request, response) => {
        if (request.url === '/metrics') response.writeHead(404).end();
        else sendStream(response);
      },
      (url) => ({ metrics: new URL('/metrics', url) }),
    ),
    well,
  },
};
