import { OutgoingMessage, ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { type Measured, measure } from '../support/measured.ts';
import { startServer } from '../support/sse-server.ts';

// Somebody else patches the same prototype: below the hook, on top of it, and
// takes it off again in any order.

type Method = 'setHeader' | 'writeHead' | 'write' | 'end' | 'flushHeaders';
const METHODS: readonly Method[] = [
  'setHeader',
  'writeHead',
  'write',
  'end',
  'flushHeaders',
];
const prototype = ServerResponse.prototype as unknown as Record<
  Method,
  (...args: unknown[]) => unknown
>;

/** Somebody's patch of all methods. */
interface Patch {
  /** The methods that went through it since it was asked last. */
  takeCalls(): Method[];
  /** Assigns what was there, as most libraries do. */
  restore(): void;
  /** Puts back what was there, and deletes what was inherited. */
  remove(): void;
}

function patchAll(): Patch {
  let calls: Method[] = [];
  const before = METHODS.map((method) => ({
    method,
    original: prototype[method],
    own: Object.getOwnPropertyDescriptor(prototype, method),
  }));
  for (const { method, original } of before) {
    prototype[method] = function (this: unknown, ...args) {
      calls.push(method);
      return original.apply(this, args);
    };
  }
  return {
    takeCalls() {
      const taken = calls;
      calls = [];
      return taken;
    },
    restore() {
      for (const { method, original } of before) prototype[method] = original;
    },
    remove() {
      for (const { method, own } of before) {
        if (own === undefined) Reflect.deleteProperty(prototype, method);
        else Object.defineProperty(prototype, method, own);
      }
    },
  };
}

/** The functions that the prototype holds itself. */
function readFunctions(): Map<string, unknown> {
  return new Map(
    Object.entries(Object.getOwnPropertyDescriptors(prototype)).map(
      ([name, { value }]) => [name, value],
    ),
  );
}

const bare = readFunctions();

/** The calls of one stream, seen by a patch: Node makes some of them itself. */
const CALLS: readonly Method[] = [
  'setHeader',
  'flushHeaders',
  'writeHead',
  'write',
  'end',
];

/** Serves one stream of two writes. */
async function serveStream(): Promise<void> {
  await using server = await startServer((_request, response) => {
    response.setHeader('Content-Type', 'text/event-stream');
    response.flushHeaders();
    response.write('data: 1\n\n');
    response.end('data: 2\n\n');
  });
  const client = await server.request();
  await client.waitFor('data: 2');
}

/** Streams and their events that one more stream adds to what was counted. */
async function countStream({ summaries }: Measured): Promise<number[]> {
  const before = summaries.length;
  await serveStream();
  const added = summaries.slice(before);
  return [added.length, added.reduce((sum, { events }) => sum + events, 0)];
}

test('a patch on top works while the hook is on, off, and on again', async () => {
  const measured = measure();
  const patch = patchAll();
  expect(await countStream(measured)).toEqual([1, 2]);
  expect(patch.takeCalls()).toEqual(CALLS);
  measured.instrumentation.disable();
  expect(await countStream(measured)).toEqual([0, 0]);
  expect(patch.takeCalls()).toEqual(CALLS);
  measured.instrumentation.enable();
  expect(await countStream(measured)).toEqual([1, 2]);
  expect(patch.takeCalls()).toEqual(CALLS);
  patch.restore();
  measured.instrumentation.disable();
  expect(readFunctions()).toEqual(bare);
});

test('a patch on top that goes leaves nothing once the hook goes', async () => {
  const { instrumentation } = measure();
  const patch = patchAll();
  patch.restore();
  instrumentation.disable();
  expect(readFunctions()).toEqual(bare);
});

test('a patch on top that goes later leaves the hook off, and able to go', async () => {
  const measured = measure();
  const patch = patchAll();
  measured.instrumentation.disable();
  patch.restore();
  expect(await countStream(measured)).toEqual([0, 0]);
  measured.instrumentation.enable();
  expect(await countStream(measured)).toEqual([1, 2]);
  measured.instrumentation.disable();
  expect(readFunctions()).toEqual(bare);
});

test('a patch below works, and is all there is once the hook goes', async () => {
  const patch = patchAll();
  const patched = readFunctions();
  const measured = measure();
  expect(await countStream(measured)).toEqual([1, 2]);
  expect(patch.takeCalls()).toEqual(CALLS);
  measured.instrumentation.disable();
  expect(readFunctions()).toEqual(patched);
  patch.remove();
  expect(readFunctions()).toEqual(bare);
});

test('patches on either side of the hook work when it goes first', async () => {
  const below = patchAll();
  const measured = measure();
  const onTop = patchAll();
  expect(await countStream(measured)).toEqual([1, 2]);
  expect(below.takeCalls()).toEqual(CALLS);
  expect(onTop.takeCalls()).toEqual(CALLS);
  measured.instrumentation.disable();
  await serveStream();
  expect(below.takeCalls()).toEqual(CALLS);
  expect(onTop.takeCalls()).toEqual(CALLS);
  onTop.restore();
  measured.instrumentation.enable();
  measured.instrumentation.disable();
  below.remove();
  expect(readFunctions()).toEqual(bare);
});

test('the parent is patched while the hook is on: the patch works at once', async () => {
  using measured = measure();
  const { write } = OutgoingMessage.prototype;
  const written: unknown[] = [];
  OutgoingMessage.prototype.write = function (this: never, ...args: unknown[]) {
    written.push(args[0]);
    return Reflect.apply(write, this, args);
  };
  onTestFinished(() => {
    OutgoingMessage.prototype.write = write;
  });
  expect(await countStream(measured)).toEqual([1, 2]);
  expect(written).toEqual(['data: 1\n\n']);
});
