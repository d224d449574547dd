import { expect, test } from 'vitest';
import { STREAM } from '../support/measured-server.ts';
import {
  type MeasuredPage,
  openMeasuredPage,
} from './support/measured-page.ts';

const serve = (): Promise<MeasuredPage> =>
  openMeasuredPage((_request, response) => {
    response.writeHead(200, STREAM);
    response.write('data: 1\n\n');
  });

test('the global EventSource and fetch look as they did', async () => {
  await using page = await serve();
  const look = (scope: string) =>
    page.run(`(({ EventSource: E, fetch: f }) => JSON.stringify([
      E.name, E.length, String(E), E.toString(), E.CONNECTING, E.OPEN, E.CLOSED,
      f.name, f.length, String(f),
      Object.getOwnPropertyNames(E).toSorted(),
      E.prototype.close.name, String(E.prototype.close),
      Object.prototype.toString.call(E.prototype),
      Object.getPrototypeOf(E) === EventTarget,
    ]))(${scope})`);
  expect(await look('globalThis')).toBe(await look('native'));
  expect(await page.run('EventSource === native.EventSource')).toBe(false);
});

test('instances and subclasses are what they are without it', async () => {
  await using page = await serve();
  const answer = await page.run(`(() => {
    class Mine extends EventSource {
      constructor(url) { super(url, { withCredentials: true }); this.x = 1; }
      get mine() { return true; }
    }
    const plain = new EventSource('/events');
    const mine = new Mine('/events');
    let thrown;
    try { EventSource('/events'); } catch (error) { thrown = error.name; }
    let syntax;
    try { new EventSource('http://['); } catch (error) { syntax = error.name; }
    const answer = [
      plain instanceof EventSource, plain instanceof native.EventSource,
      plain.constructor === EventSource, mine instanceof Mine,
      mine instanceof EventSource, mine.mine, mine.x, mine.withCredentials,
      mine.constructor === Mine, plain.onmessage, Object.keys(plain).length,
      thrown, syntax,
    ];
    plain.close();
    mine.close();
    return answer;
  })()`);
  expect(answer).toEqual([
    ...[true, true, true, true, true, true, 1, true, true],
    ...[null, 0, 'TypeError', 'SyntaxError'],
  ]);
  expect(await page.sum('closedConnections')).toBe(0);
});

test('disable puts everything back, and what is open goes on', async () => {
  await using page = await serve();
  const before = await page.run('measured = EventSource, typeof measured');
  expect(before).toBe('function');
  await page.run(`new Promise((resolve) => {
    globalThis.es = new EventSource('/events');
    es.onmessage = resolve;
  }).then(() => {})`);
  const answer = await page.run(`(() => {
    instrumentation.disable();
    const { prototype } = EventSource;
    return [
      EventSource === native.EventSource, fetch === native.fetch,
      prototype.constructor === EventSource,
      Object.hasOwn(prototype, 'addEventListener'),
      String(Object.getOwnPropertyDescriptor(prototype, 'onmessage').set),
      es.readyState, new measured('/events').readyState,
    ];
  })()`);
  expect(answer).toEqual([
    ...[true, true, true, false, 'function set onmessage() { [native code] }'],
    ...[1, 0],
  ]);
});

test('listeners are called once, in order, and can be taken off', async () => {
  await using page = await serve();
  const order = await page.run(`new Promise((resolve) => {
    const order = [];
    const es = new EventSource('/events');
    const off = () => order.push('off');
    es.addEventListener('message', () => order.push('a'));
    es.addEventListener('message', off);
    es.onmessage = () => order.push('on');
    es.addEventListener('message', () => order.push('b'));
    es.addEventListener('message', () => order.push('once'), { once: true });
    es.removeEventListener('message', off);
    es.addEventListener('message', () => setTimeout(() => resolve(order)));
  })`);
  expect(order).toEqual(['a', 'on', 'b', 'once']);
});

test('a provider that the page registers later is served', async () => {
  await using page = await serve();
  await page.run('instrumentation.disable()');
  await page.run('new SseClientInstrumentation(); undefined');
  await page.run(`new Promise((resolve) => {
    globalThis.es = new EventSource('/events');
    es.onmessage = resolve;
  }).then(() => {})`);
  await page.run('register()');
  await page.reaches('openedConnections', 1);
  expect(await page.sum('receivedEvents')).toBe(1);
});

test('switched on again, it counts again; two of them count once', async () => {
  await using page = await serve();
  const answer = await page.run(`(() => {
    const read = () => [EventSource, fetch, EventSource.prototype.close];
    const first = read();
    instrumentation.disable();
    instrumentation.enable();
    const again = read();
    const other = new SseClientInstrumentation();
    const beside = read();
    other.disable();
    return [first.some((it, i) => it === again[i]),
      beside.every((it, i) => it === again[i]),
      read().every((it, i) => it === again[i])];
  })()`);
  expect(answer).toEqual([false, true, true]);
  await page.run(`new Promise((resolve) => {
    globalThis.es = new EventSource('/events');
    es.onmessage = resolve;
  }).then(() => {})`);
  expect(await page.sum('openedConnections')).toBe(1);
});

test('what others put before us stays when we are switched off', async () => {
  await using page = await serve();
  const answer = await page.run(`(() => {
    const ours = EventSource;
    globalThis.EventSource = class Theirs extends ours {};
    instrumentation.disable();
    const es = new EventSource('/events');
    es.close();
    return [EventSource.name, es instanceof native.EventSource];
  })()`);
  expect(answer).toEqual(['Theirs', true]);
});

test('in a page that froze its objects nothing breaks', async () => {
  await using page = await serve();
  const data = await page.run(`(() => {
    instrumentation.disable();
    Object.freeze(EventSource.prototype);
    instrumentation.enable();
    return new Promise((resolve) => {
      const es = new EventSource('/events');
      es.onmessage = ({ data }) => { es.close(); resolve(data); };
    });
  })()`);
  expect(data).toBe('1');
});

test('a hook that throws costs a line, and the page nothing', async () => {
  await using page = await serve();
  const lines = await page.run(`(() => {
    instrumentation.disable();
    const lines = [];
    setLogger({ warn: (line) => lines.push(line) });
    measure({
      urlTemplate() { throw new Error('no template'); },
      sentAt() { throw 'no time'; },
    });
    return new Promise((resolve) => {
      const es = new EventSource('/events');
      es.onmessage = () => setTimeout(() => { es.close(); resolve(lines); });
    });
  })()`);
  expect(lines).toEqual([
    'opentelemetry-instrumentation-sse: urlTemplate threw: Error: no template',
    'opentelemetry-instrumentation-sse: sentAt threw: no time',
  ]);
  const at = { 'url.template': '/events' };
  expect(await page.sum('openedConnections', at)).toBe(1);
});
