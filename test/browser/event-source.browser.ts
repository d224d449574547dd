import {
  createServer,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { expect, test } from 'vitest';
import { STREAM } from '../support/measured-server.ts';
import { until } from '../support/poll.ts';
import { startServer } from '../support/sse-server.ts';
import {
  type MeasuredPage,
  openMeasuredPage,
} from './support/measured-page.ts';

/** Makes the window of a page small, or puts it back: it is hidden, or seen. */
async function minimize(page: MeasuredPage, isSmall: boolean): Promise<void> {
  const { windowId } = await page.send('Browser.getWindowForTarget');
  const windowState = isSmall ? 'minimized' : 'normal';
  await page.send('Browser.setWindowBounds', {
    windowId,
    bounds: { windowState },
  });
  await until(`the window is ${windowState}`, () =>
    page.run<boolean>(`document.hidden === ${isSmall}`),
  );
}

/** Opens an EventSource as `es`, and waits for an event of it. */
const open = (url: string, type: string) => `new Promise((resolve) => {
  globalThis.es = new EventSource('${url}');
  es.addEventListener('${type}', (event) => resolve(event.data ?? es.readyState));
})`;

test('an EventSource is counted: connection, events by type, bytes, times', async () => {
  await using page = await openMeasuredPage((_request, response) => {
    response.writeHead(200, STREAM);
    const timestamp = Date.now() - 2000;
    response.write(`data: {"timestamp":${timestamp}}\n\n`);
    response.write('event: tick\ndata: é\n\n');
  });
  expect(page.chromium.version).toMatch(/^(Headless)?Chrome\/\d/);
  expect(await page.run(open('/users/123/events', 'tick'))).toBe('é');
  const at = {
    'server.address': '127.0.0.1',
    'url.template': '/users/:id/events',
    'sse.client.kind': 'eventsource',
  };
  const first = { ...at, 'sse.connection.reconnected': false };
  expect(await page.sum('openedConnections', first)).toBe(1);
  for (const type of ['message', 'tick']) {
    const match = { ...at, 'sse.event.type': type };
    expect(await page.sum('receivedEvents', match)).toBe(1);
  }
  expect(await page.sum('contentSize')).toBe(27 + 2);
  expect(await page.count('connectionOpenTime', at)).toBe(1);
  expect(await page.count('eventInterval', at)).toBe(1);
  expect(await page.count('eventDelay', at)).toBe(1);
  expect(await page.total('eventDelay')).toBeGreaterThanOrEqual(2);
  await page.run('es.close()');
  const closed = { ...at, 'sse.client.close_reason': 'page' };
  expect(await page.sum('closedConnections', closed)).toBe(1);
  expect(await page.sum('closedConnections')).toBe(1);
  expect(await page.sum('errors')).toBe(0);
  const disconnected = await page.sum('disconnectedTime');
  await page.run('new Promise((resolve) => setTimeout(resolve, 50))');
  expect(await page.sum('disconnectedTime')).toBe(disconnected);
  expect(await page.count('eventHandlerDuration')).toBe(1);
});

test('time inside listeners is measured, by each way to listen', async () => {
  await using page = await openMeasuredPage((_request, response) => {
    response.writeHead(200, STREAM);
    response.write('data: 1\n\n');
  });
  await page.run(`new Promise((resolve) => {
    const wait = () => {
      const end = performance.now() + 30;
      while (performance.now() < end);
    };
    globalThis.es = new EventSource('/events');
    es.addEventListener('message', wait);
    es.onmessage = () => { wait(); setTimeout(resolve); };
    es.addEventListener('message', { handleEvent: wait });
  })`);
  expect(await page.count('eventHandlerDuration')).toBe(1);
  const total = await page.total('eventHandlerDuration');
  expect(total).toBeGreaterThanOrEqual(0.09);
  expect(total).toBeLessThan(1);
});

test('a stream that ends is lost, and its reconnect counted apart', async () => {
  let requests = 0;
  await using page = await openMeasuredPage((_request, response) => {
    response.writeHead(200, STREAM);
    response.write('retry: 300\n\ndata: 1\n\n');
    if (++requests === 1) response.end();
  });
  await page.run(open('/events', 'message'));
  await page.reaches('openedConnections', 1, {
    'sse.connection.reconnected': true,
  });
  expect(await page.sum('openedConnections')).toBe(2);
  const lost = { 'sse.client.close_reason': 'lost' };
  expect(await page.sum('closedConnections', lost)).toBe(1);
  const type = { 'error.type': 'connection_lost' };
  expect(await page.sum('errors', type)).toBe(1);
  expect(await page.sum('errors')).toBe(1);
  expect(await page.count('reconnectDelay')).toBe(1);
  const delay = await page.total('reconnectDelay');
  expect(delay).toBeGreaterThan(0.2);
  expect(await page.sum('disconnectedTime')).toBeGreaterThanOrEqual(delay);
});

const REFUSALS = {
  'status 503': (response: ServerResponse) => response.writeHead(503).end(),
  'status 204': (response: ServerResponse) => response.writeHead(204).end(),
  'another content type': (response: ServerResponse) =>
    response.setHeader('Content-Type', 'text/plain').end('data: 1\n\n'),
};

for (const [what, refuse] of Object.entries(REFUSALS)) {
  test(`an EventSource that is answered with ${what} is rejected`, async () => {
    await using page = await openMeasuredPage((_request, response) => {
      refuse(response);
    });
    expect(await page.run(open('/events', 'error'))).toBe(2);
    expect(await page.sum('errors', { 'error.type': 'rejected' })).toBe(1);
    expect(await page.sum('errors')).toBe(1);
    expect(await page.sum('openedConnections')).toBe(0);
  });
}

test('a server that is away makes connections fail', async () => {
  await using page = await openMeasuredPage((request, response) => {
    if (request.url === '/gone') return response.destroy();
    response.writeHead(200, STREAM);
    response.write('data: 1\n\n');
  });
  await page.run(`new Promise((resolve) => {
    globalThis.es = new EventSource('/gone');
    es.onerror = resolve;
  })`);
  expect(await page.sum('errors', { 'error.type': 'connect_failed' })).toBe(1);
  expect(await page.sum('openedConnections')).toBe(0);
});

test('while nobody sees the page it is not disconnected, and no gap is told', async () => {
  let stream: ServerResponse | undefined;
  await using page = await openMeasuredPage((_request, response) => {
    response.writeHead(200, STREAM);
    response.write('data: 1\n\n');
    stream = response;
  });
  await page.run(open('/events', 'message'));
  const before = await page.sum('disconnectedTime');
  const receive = async (data: string): Promise<void> => {
    await page.run(`globalThis.seen = new Promise((resolve) =>
      es.addEventListener('message', () => resolve(), { once: true })), 1`);
    stream?.write(`data: ${data}\n\n`);
    await page.run('seen');
  };
  await minimize(page, true);
  await minimize(page, false);
  await receive('2');
  expect(await page.count('eventInterval')).toBe(0);
  await receive('3');
  expect(await page.count('eventInterval')).toBe(1);
  await minimize(page, true);
  stream?.end('retry: 60000\n\n');
  await page.reaches('errors', 1);
  expect(await page.sum('disconnectedTime')).toBe(before);
  await minimize(page, false);
  await until('it is disconnected', async () => {
    return (await page.sum('disconnectedTime')) > before;
  });
});

test('a server that is away and comes back: each attempt is told, and the delay', async () => {
  await using page = await openMeasuredPage((_request, response) => {
    response.end();
  });
  const listener: RequestListener = (_request, response) => {
    response.writeHead(200, { ...STREAM, 'Access-Control-Allow-Origin': '*' });
    response.write('retry: 100\n\ndata: 1\n\n');
  };
  const first = await startServer(listener);
  await page.run(open(`${first.url}/events`, 'message'));
  await first[Symbol.asyncDispose]();
  const failed = { 'error.type': 'connect_failed' };
  await until('an attempt failed', async () => {
    return (await page.sum('errors', failed)) > 0;
  });
  const second = createServer(listener).listen(first.port, '127.0.0.1');
  const again = { 'sse.connection.reconnected': true };
  await page.reaches('openedConnections', 1, again);
  expect(await page.sum('errors', { 'error.type': 'connection_lost' })).toBe(1);
  expect(await page.count('reconnectDelay')).toBe(1);
  const delay = await page.total('reconnectDelay');
  expect(delay).toBeGreaterThan(0.2);
  expect(await page.sum('disconnectedTime')).toBeGreaterThanOrEqual(delay);
  second.close();
  second.closeAllConnections();
});

test('a page that is left has closed its connections', async () => {
  await using page = await openMeasuredPage((_request, response) => {
    response.writeHead(200, STREAM);
    response.write('data: 1\n\n');
  });
  await page.run(open('/events', 'message'));
  await page.run(`dispatchEvent(new PageTransitionEvent('pagehide'))`);
  const closed = { 'sse.client.close_reason': 'page' };
  expect(await page.sum('closedConnections', closed)).toBe(1);
});

test('beyond six connections of HTTP/1.1 a page waits, disconnected', async () => {
  await using page = await openMeasuredPage((_request, response) => {
    response.writeHead(200, STREAM);
    response.write('data: 1\n\n');
  });
  await page.run(`globalThis.all = Array.from({ length: 7 },
    (_, i) => new EventSource('/events?' + i)), 1`);
  await page.reaches('openedConnections', 6);
  const before = await page.sum('disconnectedTime');
  expect(await page.sum('disconnectedTime')).toBeGreaterThan(before);
  expect(await page.sum('openedConnections')).toBe(6);
  await page.run('all.find(({ readyState }) => readyState === 1).close()');
  await page.reaches('openedConnections', 7);
  const after = await page.sum('disconnectedTime');
  expect(await page.sum('disconnectedTime')).toBe(after);
});
