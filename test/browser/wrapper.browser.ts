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
