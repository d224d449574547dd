import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, expect, test } from 'vitest';
import { STREAM } from '../support/measured-server.ts';
import { openMeasuredPage } from './support/measured-page.ts';

// What the standard asks of an EventSource, after the cases that the Web Platform
// Tests have for it: each is asked of the browser's own and of the wrapped one.

/** What a server sends; what a page is to see of it. */
interface Framing {
  readonly text: string | Buffer;
  /** Type, data, last event id. */
  readonly events: readonly [string, string, string][];
}

const message = (data: string, id = ''): [string, string, string] => [
  'message',
  data,
  id,
];

const FRAMINGS: Record<string, Framing> = {
  'a byte order mark': {
    text: '\uFEFFdata:1\n\n\uFEFFdata:2\n\ndata:3\n\n',
    events: [message('1'), message('3')],
  },
  'two byte order marks': {
    text: '\uFEFF\uFEFFdata:1\n\ndata:2\n\n',
    events: [message('2')],
  },
  comments: {
    text: `data:1\r:\0\n:\r\ndata:2\n:${'x'.repeat(4096)}\rdata:3\n:data:fail\r:${'x'.repeat(4096)}\ndata:4\n\n`,
    events: [message('1\n2\n3\n4')],
  },
  'data before the end of the stream': {
    text: 'data:1\n\ndata\n\ndata\ndata\n\ndata:test\n\n',
    events: [message('1'), message(''), message('\n'), message('test')],
  },
  'one space alone is left out': {
    text: 'data:\ttest\rdata: \ndata:test\n\n',
    events: [message('\ttest\n\ntest')],
  },
  'fields with odd names': {
    text: 'data:\0\n data:2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n',
    events: [message('\0\n1\n3\n\n4')],
  },
  'line ends of each kind': {
    text: 'data:1\r\ndata:2\ndata:3\r\r\ndata:4\r\r\n\ndata:5\n\n',
    events: [message('1\n2\n3'), message('4'), message('5')],
  },
  'the null character': {
    text: 'data:\0\n\n\n\n',
    events: [message('\0')],
  },
  'malformed UTF-8': {
    text: Buffer.from('data:ok\xff…\n\n', 'latin1'),
    events: [message('ok\uFFFD&')],
  },
  'characters of four bytes': {
    text: 'data:ok😀…\n\n',
    events: [message('ok😀…')],
  },
  'types of events': {
    text: 'event:test\ndata:x\n\ndata:y\n\nevent:test\n\nevent: test\ndata:z\n\n',
    events: [['test', 'x', ''], message('y'), ['test', 'z', '']],
  },
  'an empty type': {
    text: 'event: \ndata:data\n\n',
    events: [message('data')],
  },
  'ids, kept and cleared': {
    text: 'id:1\ndata:a\n\ndata:b\n\nid\ndata:c\n\nid: 2\n\ndata:d\n\n',
    events: [
      message('a', '1'),
      message('b', '1'),
      message('c'),
      message('d', '2'),
    ],
  },
  'an id with the null character': {
    text: 'id:1\ndata:a\n\nid:2\0x\ndata:b\n\n',
    events: [message('a', '1'), message('b', '1')],
  },
  'an unknown field': {
    text: 'data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacomment\nsomemore\n\n',
    events: [message('test\n')],
  },
  'retry with a bogus value': {
    text: 'retry:3000\nretry:1000x\ndata:x\n\nretry\ndata:y\n\nretry:\ndata:z\n\n',
    events: [message('x'), message('y'), message('z')],
  },
};

const ANSWERS: Record<
  string,
  (response: ServerResponse, request: IncomingMessage) => void
> = {
  ...Object.fromEntries(
    Object.entries(FRAMINGS).map(([name, { text }]) => [
      name,
      (response: ServerResponse) => {
        response.writeHead(200, STREAM).write(text);
        response.write('event: end\ndata: end\n\n');
      },
    ]),
  ),
  headers(response, { headers }) {
    const { accept, cookie } = headers;
    const seen = { accept, cache: headers['cache-control'], cookie };
    response.writeHead(200, {
      ...STREAM,
      'Access-Control-Allow-Origin': headers.origin ?? '*',
      'Access-Control-Allow-Credentials': 'true',
    });
    response.write(`data: ${JSON.stringify(seen)}\n\n`);
  },
  redirect: (response) =>
    response.writeHead(302, { Location: '/case/headers' }).end(),
  'last event id'(response, { headers }) {
    const id = headers['last-event-id'];
    response.writeHead(200, STREAM);
    response.write(
      `retry: 20\nid: …\ndata: ${JSON.stringify(id ?? 'none')}\n\n`,
    );
    if (id === undefined) response.end();
  },
  parameters(response) {
    response.writeHead(200, {
      'Content-Type': 'Text/Event-Stream;charset=UTF-8;x=y',
    });
    response.write('data: ok\n\n');
  },
  'content type': (response) =>
    response.setHeader('Content-Type', 'text/x-bogus').end('data: ok\n\n'),
  ...Object.fromEntries(
    [204, 205, 210, 299, 404, 410, 500, 503].map((status) => [
      `status ${status}`,
      (response: ServerResponse) => response.writeHead(status, STREAM).end(),
    ]),
  ),
  one: (response) => response.writeHead(200, STREAM).write('data: 1\n\n'),
  ended: (response) =>
    response.writeHead(200, STREAM).end('retry: 20\ndata: 1\n\n'),
  away: (response) => response.destroy(),
};

const page = await openMeasuredPage((request, response) => {
  const [, path = ''] = /^\/case\/([^?]*)/.exec(request.url ?? '') ?? [];
  ANSWERS[decodeURIComponent(path)]?.(response, request);
});
afterAll(() => page[Symbol.asyncDispose]());

/** Runs a script with each of both as `E`. @returns what both came to. */
async function inBoth(script: string): Promise<unknown> {
  const run = (scope: string) =>
    page.run(
      `(({ EventSource: E }) => (async () => { ${script} })())(${scope})`,
    );
  const [wrapped, native] = [await run('globalThis'), await run('native')];
  expect(wrapped).toEqual(native);
  return wrapped;
}

const at = (name: string) => `/case/${encodeURIComponent(name)}`;

for (const [name, { events }] of Object.entries(FRAMINGS)) {
  test(`both read alike: ${name}`, async () => {
    const seen = await inBoth(`return new Promise((resolve) => {
      const seen = [];
      const es = new E('${at(name)}');
      const note = ({ type, data, lastEventId }) =>
        seen.push([type, data, lastEventId]);
      es.onmessage = note;
      es.addEventListener('test', note);
      es.addEventListener('end', () => { es.close(); resolve(seen); });
    })`);
    expect(seen).toEqual(events);
  });
}

/** What a page does with it, and what that comes to. */
const BEHAVIOURS: Record<string, [script: string, expected: unknown]> = {
  'the URL is resolved, the state connecting': [
    `const es = new E('${at('one')}?x#y');
     const { readyState, withCredentials, url } = es;
     es.close();
     return [readyState, withCredentials, new URL(url).pathname, es.readyState];`,
    [0, false, '/case/one', 2],
  ],
  'the URL may be empty, an object, or wrong': [
    `const urlOf = (url) => {
       try {
         const es = new E(url);
         es.close();
         return new URL(es.url).pathname;
       } catch ({ name }) { return name; }
     };
     return [urlOf(''), urlOf({ toString: () => '/x' }), urlOf('http://['), urlOf(null)];`,
    ['/', '/x', 'SyntaxError', '/null'],
  ],
  'without arguments it throws': [
    `try { new E(); } catch ({ name }) { return name; }`,
    'TypeError',
  ],
  'withCredentials is what was asked': [
    `return [{ withCredentials: true }, { withCredentials: 'x' }, {}, undefined]
       .map((init) => {
         const es = new E('/case/one', init);
         es.close();
         return es.withCredentials;
       });`,
    [true, true, false, false],
  ],
  'its events are of the standard': [
    `return new Promise((resolve) => {
       const es = new E('/case/one');
       const seen = [];
       const note = (event) => seen.push([event.type, event.constructor.name,
         event.bubbles, event.cancelable, event.isTrusted, event.target === es,
         event.origin === location.origin, event.eventPhase]);
       es.onopen = note;
       es.onmessage = (event) => { note(event); es.close(); resolve(seen); };
     })`,
    [
      ['open', 'Event', false, false, true, true, false, 2],
      ['message', 'MessageEvent', false, false, true, true, true, 2],
    ],
  ],
  'handlers are functions, objects, or nothing': [
    `const es = new E('/case/one');
     const seen = [];
     for (const name of ['onopen', 'onmessage', 'onerror']) {
       for (const value of [() => {}, null, 5, 'x', {}, undefined]) {
         es[name] = value;
         seen.push(es[name] === value ? 'kept' : es[name]);
       }
     }
     es.close();
     return seen;`,
    Array.from({ length: 3 }, () => [
      'kept',
      'kept',
      null,
      null,
      'kept',
      null,
    ]).flat(),
  ],
  'a handler is called where it was first set': [
    `return new Promise((resolve) => {
       const es = new E('/case/one');
       const seen = [];
       es.onmessage = () => seen.push('first');
       es.addEventListener('message', () => seen.push('second'));
       es.onmessage = () => seen.push('changed');
       es.addEventListener('message', () => { es.close(); resolve(seen); });
     })`,
    ['changed', 'second'],
  ],
  'a listener that throws stops no other': [
    `return new Promise((resolve) => {
       const es = new E('/case/one');
       const seen = [];
       addEventListener('error', (event) => {
         event.preventDefault();
         seen.push(event.error.message);
       }, { once: true });
       es.onmessage = () => { throw new Error('mine'); };
       es.addEventListener('message', () => { es.close(); resolve(seen); });
     })`,
    ['mine'],
  ],
  'stopImmediatePropagation stops the others': [
    `return new Promise((resolve) => {
       const es = new E('/case/one');
       const seen = [];
       es.addEventListener('message', (event) => {
         seen.push('first');
         event.stopImmediatePropagation();
         setTimeout(() => { es.close(); resolve(seen); });
       });
       es.addEventListener('message', () => seen.push('second'));
     })`,
    ['first'],
  ],
  'closed in a listener, it is silent': [
    `return new Promise((resolve) => {
       const es = new E('/case/ended');
       const seen = [];
       es.onerror = () => seen.push('error');
       es.onopen = () => { es.close(); seen.push(es.readyState); setTimeout(() => resolve(seen), 100); };
       es.onmessage = () => seen.push('message');
     })`,
    [2],
  ],
  'close is called twice without harm': [
    `const es = new E('/case/one');
     return [es.close(), es.close(), es.readyState];`,
    [null, null, 2],
  ],
  'after an end it connects again, with the last id': [
    `return new Promise((resolve) => {
       const es = new E('${at('last event id')}');
       const seen = [];
       es.onerror = () => seen.push(es.readyState);
       es.onmessage = ({ data, lastEventId }) => {
         seen.push(data, lastEventId);
         if (data !== '"none"') { es.close(); resolve(seen.map(encodeURI)); }
       };
     })`,
    ['%22none%22', '%E2%80%A6', '0', '%22%C3%A2%C2%80%C2%A6%22', '%E2%80%A6'],
  ],
  'a connection that breaks is tried again': [
    `return new Promise((resolve) => {
       const es = new E('/case/away');
       es.onerror = () => { const { readyState } = es; es.close(); resolve(readyState); };
     })`,
    0,
  ],
  'a content type with parameters is one': [
    `return new Promise((resolve) => {
       const es = new E('/case/parameters');
       es.onmessage = ({ data }) => { es.close(); resolve(data); };
       es.onerror = () => resolve('error');
     })`,
    'ok',
  ],
  'headers and a redirect': [
    `const ask = (path, init) => new Promise((resolve) => {
       const es = new E(path, init);
       es.onmessage = ({ data, origin }) => {
         es.close();
         resolve([JSON.parse(data), origin === location.origin, new URL(es.url).pathname]);
       };
     });
     return [await ask('/case/headers'), await ask('/case/redirect')];`,
    ['headers', 'redirect'].map((name) => [
      { accept: 'text/event-stream', cache: 'no-cache' },
      true,
      `/case/${name}`,
    ]),
  ],
  'another origin': [
    `const other = new URL('/case/headers', location.href);
     other.hostname = 'localhost';
     return new Promise((resolve) => {
       const es = new E(other, { withCredentials: true });
       es.onmessage = ({ origin }) => { es.close(); resolve(origin === other.origin); };
       es.onerror = () => { es.close(); resolve('error'); };
     });`,
    true,
  ],
  'another origin that does not allow it': [
    `const other = new URL('/case/one', location.href);
     other.hostname = 'localhost';
     return new Promise((resolve) => {
       const es = new E(other);
       es.onerror = () => resolve(es.readyState);
     });`,
    2,
  ],
  'the interface': [
    `const { prototype } = E;
     const of = (name) => Object.getOwnPropertyDescriptor(prototype, name);
     return [
       typeof of('url').get, of('url').set === undefined, typeof of('onmessage').set,
       of('onmessage').set.name, of('onmessage').enumerable, of('close').enumerable,
       of('close').value.length, Object.prototype.toString.call(prototype),
       [E, prototype].map((it) => [it.CONNECTING, it.OPEN, it.CLOSED]).flat(),
       Object.getOwnPropertyDescriptor(E, 'OPEN').writable,
     ];`,
    [
      ...['function', true, 'function', 'set onmessage', true, true, 0],
      '[object EventSource]',
      [0, 1, 2, 0, 1, 2],
      false,
    ],
  ],
};

for (const [name, [script, expected]] of Object.entries(BEHAVIOURS)) {
  test(`both do alike: ${name}`, async () => {
    expect(await inBoth(script)).toEqual(expected);
  });
}

for (const name of Object.keys(ANSWERS).filter((key) =>
  /^status|^content/.test(key),
)) {
  test(`both give up: ${name}`, async () => {
    const seen = await inBoth(`return new Promise((resolve) => {
      const es = new E('${at(name)}');
      es.onerror = () => resolve(es.readyState);
      es.onmessage = es.onopen = ({ type }) => { es.close(); resolve(type); };
    })`);
    expect(seen).toBe(2);
  });
}
