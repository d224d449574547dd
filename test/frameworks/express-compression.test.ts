import type { ServerResponse } from 'node:http';
import compression from 'compression';
import { expect, test } from 'vitest';
import { openDecoding } from '../support/decoding-client.ts';
import {
  EXPRESSES,
  type ExpressResponse,
  type Middleware,
} from '../support/expresses.ts';
import { STREAM, startMeasured } from '../support/measured-server.ts';
import { ENDS, expectStream } from '../support/stream-ends.ts';
import { readFigures } from '../support/stream-figures.ts';

const ROUTE = '/users/:id/events';
const EVENTS = [
  'event: hello\ndata: grüß dich\n\n',
  'event: tick\ndata: 1\n\n',
  'data: 2\n\n',
];
const TYPES = { hello: 1, tick: 1, message: 1 };

interface Setup {
  readonly name: string;
  /** What is mounted before and after `compression()`. */
  readonly before?: Middleware;
  readonly after?: Middleware;
  readonly answer: (response: ExpressResponse) => void;
  readonly accepted?: string;
  readonly encoding: string | undefined;
  /** What is counted; else all events and all bytes. */
  readonly events?: Record<string, number>;
  readonly content?: number;
}

const seen: Setup[] = [
  {
    name: 'setHeader and write',
    encoding: 'gzip',
    answer(response) {
      setStream(response);
      writeAll(response);
    },
  },
  {
    name: 'writeHead with headers',
    encoding: 'gzip',
    answer(response) {
      response.writeHead(200, STREAM);
      writeAll(response);
    },
  },
  {
    name: 'Brotli',
    accepted: 'br',
    encoding: 'br',
    answer(response) {
      setStream(response);
      writeAll(response);
    },
  },
  {
    name: 'Cache-Control: no-transform',
    encoding: undefined,
    answer(response) {
      setStream(response);
      response.setHeader('Cache-Control', 'no-cache, no-transform');
      writeAll(response);
    },
  },
  {
    name: 'a client that accepts no encoding',
    accepted: 'identity',
    encoding: undefined,
    answer(response) {
      setStream(response);
      writeAll(response);
    },
  },
  {
    name: 'a content type from before compression() and flushHeaders',
    encoding: 'gzip',
    before: setEarly,
    answer(response) {
      response.flushHeaders();
      writeAll(response);
    },
  },
  {
    name: 'a content type set as the headers go out, by flushHeaders',
    encoding: 'gzip',
    after: setAtHead,
    answer(response) {
      response.flushHeaders();
      writeAll(response);
    },
  },
];

const MISSED_FIRST = {
  events: { tick: 1, message: 1 },
  content: byteLength(EVENTS.slice(1)),
};

const blind: Setup[] = [
  {
    name: 'a content type from before compression() and implicit headers',
    encoding: 'gzip',
    before: setEarly,
    answer: writeAll,
    ...MISSED_FIRST,
  },
  {
    name: 'a content type set as the headers go out',
    encoding: 'gzip',
    after: setAtHead,
    answer: writeAll,
    ...MISSED_FIRST,
  },
];

for (const [version, createApp] of EXPRESSES) {
  for (const setup of [...seen, ...blind]) {
    const isSeen = seen.includes(setup);
    const what = isSeen ? 'is measured' : 'misses the first chunk alone';
    for (const reason of ENDS) {
      test(`${version} with ${setup.name} ${what}: ${reason}`, async () => {
        const { answer, before, after, accepted } = setup;
        let opened: ServerResponse | undefined;
        const app = createApp();
        if (before !== undefined) app.use(before);
        app.use(compression() as unknown as Middleware);
        if (after !== undefined) app.use(after);
        app.get(ROUTE, (_request, response) => {
          opened = response;
          answer(response);
        });
        await using server = await startMeasured({}, app);
        const client = await openDecoding(
          `${server.url}/users/tom/events`,
          accepted,
        );
        await client.waitFor(EVENTS.join(''));
        expect(client.encoding).toBe(setup.encoding);
        const end = () => opened?.end();
        await expectStream({ server, client, end }, reason, {
          routes: [ROUTE],
          events: setup.events ?? TYPES,
          content: setup.content ?? byteLength(EVENTS),
        });
        expect(await server.sum('protocolErrors')).toBe(0);
      });
    }
  }
}

for (const [version, createApp] of EXPRESSES) {
  for (const times of [1, 100]) {
    for (const isEarly of [false, true]) {
      const isSeen = times === 1 || !isEarly;
      const where = isEarly ? 'before compression()' : 'by the route';
      test(`${version} with end(chunk) alone of ${times} events, typed ${where}, counts ${isSeen ? 'all' : 'none'}`, async () => {
        const text = EVENTS.join('').repeat(times);
        const app = createApp();
        if (isEarly) app.use(setEarly);
        app.use(compression() as unknown as Middleware);
        app.get(ROUTE, (_request, response) => {
          if (!isEarly) setStream(response);
          response.end(text);
        });
        await using server = await startMeasured({}, app);
        const client = await openDecoding(`${server.url}/users/tom/events`);
        await client.waitFor(text);
        await client.closed;
        await server.closed(1);

        // Below its threshold `compression()` sends the text as it is.
        expect(client.encoding).toBe(times === 1 ? undefined : 'gzip');
        expect(await readFigures(server)).toEqual({
          routes: [ROUTE],
          active: 0,
          events: isSeen ? { hello: times, tick: times, message: times } : {},
          content: isSeen ? Buffer.byteLength(text) : 0,
          wire: client.wireBytes(),
          closed: { completed: 1 },
        });
      });
    }
  }
}

function setStream(response: ServerResponse): void {
  for (const [name, value] of Object.entries(STREAM)) {
    response.setHeader(name, String(value));
  }
}

function setEarly(
  _request: unknown,
  response: ExpressResponse,
  next: () => void,
): void {
  setStream(response);
  next();
}

/** As the package on-headers does: in a `writeHead` on the response itself. */
function setAtHead(
  _request: unknown,
  response: ExpressResponse,
  next: () => void,
): void {
  const { writeHead } = response;
  response.writeHead = (...args: unknown[]) => {
    if (!response.headersSent) setStream(response);
    return Reflect.apply(writeHead, response, args);
  };
  next();
}

function writeAll(response: ExpressResponse): void {
  for (const event of EVENTS) {
    response.write(event);
    response.flush();
  }
}

function byteLength(texts: readonly string[]): number {
  return Buffer.byteLength(texts.join(''));
}
