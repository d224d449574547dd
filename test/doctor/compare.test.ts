import type { RequestListener } from 'node:http';
import { createGzip } from 'node:zlib';
import { expect, test } from 'vitest';
import { compare } from '../../src/doctor/compare/compare.ts';
import { COMPARE_CHECKS } from '../../src/doctor/compare/compare-checks.ts';
import { runHere } from './support/command.ts';
import { examine, sendStream, streaming } from './support/examine.ts';
import { startPlain } from './support/servers.ts';

/** An event that is the same for everybody, every 50 ms. */
let count = 0;
const listeners = new Set<(event: string) => void>();
setInterval(() => {
  const event = `id: ${++count}\ndata: ${count}\n\n: hb\n\n`;
  for (const tell of listeners) tell(event);
}, 50).unref();

/** What stands between: what it makes of the events that it is given. */
type Proxy = (
  send: (text: string) => void,
  onEnd: (undo: () => void) => void,
) => (event: string) => void;

function broadcasting(
  proxy: Proxy = (send) => send,
  headers: Readonly<Record<string, string>> = {},
): RequestListener {
  return (_, response) => {
    const encoding = headers['Content-Encoding'];
    sendStream(response, headers, '');
    response.flushHeaders();
    const gzip = encoding === undefined ? undefined : createGzip();
    gzip?.pipe(response);
    const send = (text: string) => {
      (gzip ?? response).write(text);
      gzip?.flush();
    };
    const tell = proxy(send, (undo) => response.once('close', undo));
    listeners.add(tell);
    response.once('close', () => listeners.delete(tell));
  };
}

const holding: Proxy = (send, onEnd) => {
  let held = '';
  const timer = setInterval(() => {
    send(held);
    held = '';
  }, 500);
  onEnd(() => clearInterval(timer));
  return (event) => {
    held += event;
  };
};

const losing: Proxy = (send) => (event) => {
  if (!event.startsWith(`id: ${Math.ceil(count / 3) * 3}\n`)) send(event);
};

const SCENES: Record<string, { sick: RequestListener; well: RequestListener }> =
  {
    'proxy-refuses': {
      sick: (_, response) => response.writeHead(502).end(),
      well: broadcasting(),
    },
    'proxy-holds': { sick: broadcasting(holding), well: broadcasting() },
    'proxy-loses': { sick: broadcasting(losing), well: broadcasting() },
    'proxy-swallows-comments': {
      sick: broadcasting(
        (send) => (event) => send(event.replace(': hb\n\n', '')),
      ),
      well: broadcasting(),
    },
    'proxy-changes-headers': {
      sick: broadcasting((send) => send, { 'Cache-Control': 'no-store' }),
      well: broadcasting((send) => send, { Via: '1.1 proxy' }),
    },
    'proxy-compresses': {
      sick: broadcasting((send) => send, { 'Content-Encoding': 'gzip' }),
      well: broadcasting(),
    },
    'proxy-adds-trouble': {
      sick: broadcasting((send) => send, { Age: '9' }),
      well: broadcasting((send) => send, { 'X-Accel-Buffering': 'no' }),
    },
  };

/** Ids of what a proxy does. */
async function compareWith(listener: RequestListener): Promise<string[]> {
  await using direct = await startPlain(broadcasting());
  await using proxied = await startPlain(listener);
  const wishes = { seconds: 1.3, events: 1000 };
  const [one, other] = await Promise.all([
    examine(direct.url, wishes),
    examine(proxied.url, wishes),
  ]);
  return compare(one, other).findings.map(({ id }) => id);
}

test('every finding of two ways has its scenes', () => {
  expect(Object.keys(SCENES)).toEqual(COMPARE_CHECKS.map(({ id }) => id));
});

test.concurrent.each(Object.entries(SCENES))(
  '%s is found where it is, and not where it is not',
  async (id, { sick, well }) => {
    expect(await compareWith(sick)).toContain(id);
    expect(await compareWith(well)).not.toContain(id);
  },
);

test('two equal ways have no finding', async () => {
  expect(await compareWith(broadcasting())).toEqual([]);
});

test('two clients that each have a stream of their own are not compared', async () => {
  const own: RequestListener = (_, response) => {
    sendStream(response, {}, ': hb\n\n');
    let id = 0;
    // Alike by chance, one in four.
    const timer = setInterval(() => {
      const data = Math.floor(Math.random() * 4);
      response.write(`id: ${++id}\ndata: ${data}\n\n: hb\n\n`);
    }, 25);
    response.once('close', () => clearInterval(timer));
  };
  await using one = await startPlain(own);
  await using other = await startPlain(own);
  const wishes = { seconds: 1.5, events: 1000 };
  const [first, second] = await Promise.all([
    examine(one.url, wishes),
    examine(other.url, wishes),
  ]);
  expect(compare(first, second).findings).toEqual([]);
});

test('what one way takes longer to open holds no event back', async () => {
  await using direct = await startPlain(broadcasting());
  await using proxied = await startPlain((request, response) => {
    const open = () => broadcasting()(request, response);
    if (request.url === '/new') open();
    else
      setTimeout(
        () => response.writeHead(307, { Location: '/new' }).end(),
        400,
      );
  });
  const wishes = { seconds: 1.3, events: 1000 };
  const [one, other] = await Promise.all([
    examine(direct.url, wishes),
    examine(proxied.url, wishes),
  ]);
  const ids = compare(one, other).findings.map(({ id }) => id);
  expect(ids).toEqual(['proxy-adds-trouble']);
});

test('the differences are a table', async () => {
  await using direct = await startPlain(streaming());
  await using proxied = await startPlain(
    streaming({
      Via: `1.1 ${'proxy'.repeat(20)}`,
      'Cache-Control': 'no-store',
    }),
  );
  const ran = await runHere([
    ...['doctor', direct.url.href, '--compare', proxied.url.href],
    ...['--seconds', '0.5', '--events', '4', '--no-resume'],
  ]);
  expect(ran.stdout).toMatch(/cache-control {5}no-cache {24}no-store\n/);
  expect(ran.stdout).toMatch(/via {15}– {31}1\.1\n/);
  expect(ran.stdout).toContain('cache-control: no-cache became no-store');
  expect(ran.stdout.split('\n').every((line) => line.length <= 80)).toBe(true);
  expect(ran.status).toBe(1);
});
