import { channel } from 'node:diagnostics_channel';
import { OutgoingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { measure } from '../support/measured.ts';
import { startMeasured } from '../support/measured-server.ts';

const REQUEST_START = channel('http.server.request.start');

/** Own names in their order, descriptors, and which functions they hold. */
function snapshot(prototype: object): [string | symbol, unknown][] {
  return Reflect.ownKeys(prototype).map((key) => [
    key,
    Object.getOwnPropertyDescriptor(prototype, key),
  ]);
}

const bareResponse = snapshot(ServerResponse.prototype);
const bareMessage = snapshot(OutgoingMessage.prototype);

/** Says that the prototypes are those that Node made. */
function expectBare(): void {
  expectSame(snapshot(ServerResponse.prototype), bareResponse);
  expectSame(snapshot(OutgoingMessage.prototype), bareMessage);
  expect(REQUEST_START.hasSubscribers).toBe(false);
}

/** `toEqual` takes any two functions of one name for the same. */
function expectSame(
  actual: [string | symbol, unknown][],
  expected: [string | symbol, unknown][],
): void {
  expect(actual).toEqual(expected);
  for (const [index, [, descriptor]] of actual.entries()) {
    const { value, get } = descriptor as PropertyDescriptor;
    const other = expected[index]?.[1] as PropertyDescriptor;
    expect(value).toBe(other.value);
    expect(get).toBe(other.get);
  }
}

test('the hook is on the prototype of responses and on no other', () => {
  using _measured = measure();
  const names = Object.getOwnPropertyNames(ServerResponse.prototype);
  expect(names).toContain('write');
  expectSame(snapshot(OutgoingMessage.prototype), bareMessage);
});

test('disable leaves the prototypes exactly as they were', () => {
  measure().instrumentation.disable();
  expectBare();
});

test('enable twice and disable once leaves the prototypes as they were', () => {
  const { instrumentation } = measure();
  instrumentation.enable();
  instrumentation.disable();
  expectBare();
  instrumentation.disable();
  expectBare();
});

test('the last of two instrumentations leaves the prototypes as they were', () => {
  const [first, second] = [measure(), measure()];
  const hooked = snapshot(ServerResponse.prototype);
  first.instrumentation.disable();
  expectSame(snapshot(ServerResponse.prototype), hooked);
  second.instrumentation.disable();
  expectBare();
});

test('on and off again and again leaves the prototypes as they were', () => {
  const { instrumentation } = measure();
  for (let i = 0; i < 20; i++) {
    instrumentation.disable();
    instrumentation.enable();
  }
  instrumentation.disable();
  expectBare();
});

test('instrumented twice, a stream counts once', async () => {
  using _first = measure();
  await using server = await startMeasured({}, (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('data: 1\n\n');
  });
  server.instrumentation.enable();
  const { client } = await server.exchange();
  await client.waitFor('data: 1');
  expect(await server.sum('openedConnections')).toBe(1);
  expect(await server.sum('writes')).toBe(1);
});

test('disable lets an open stream go, which goes on', async () => {
  await using server = await startMeasured();
  const { client, response } = await server.exchange();
  const keys = Object.getOwnPropertySymbols(response);
  const listeners = response.eventNames();
  const { socket } = response;
  const timeouts = socket?.listenerCount('timeout');
  response.setHeader('Content-Type', 'text/event-stream');
  response.write('data: 1\n\n');
  server.instrumentation.disable();
  expect(socket?.listenerCount('timeout')).toBe(timeouts);
  expect(response.eventNames()).toEqual(
    listeners.filter((name) => name !== 'close'),
  );
  expect(Object.getOwnPropertySymbols(response)).toEqual(keys);
  response.end('data: 2\n\n');
  await client.waitFor('data: 2');
});

test('disable takes the wrappers off a compressor and off a middleware', async () => {
  await using server = await startMeasured();
  const { response: piped } = await server.exchange();
  const compressor = new PassThrough();
  piped.setHeader('Content-Type', 'text/event-stream');
  piped.setHeader('Content-Encoding', 'x-test');
  compressor.pipe(piped);
  compressor.write('data: 1\n\n');
  expect(Object.hasOwn(compressor, 'write')).toBe(true);

  const { response: replaced } = await server.exchange();
  const write = replaced.write.bind(replaced);
  replaced.write = write;
  replaced.setHeader('Content-Type', 'text/event-stream');
  replaced.write('data: 1\n\n');
  expect(replaced.write).not.toBe(write);

  server.instrumentation.disable();
  expect(Object.hasOwn(compressor, 'write')).toBe(false);
  expect(Object.hasOwn(compressor, 'end')).toBe(false);
  expect(replaced.write).toBe(write);
  expect(Object.hasOwn(replaced, 'end')).toBe(false);
  compressor.end();
  replaced.end();
});
