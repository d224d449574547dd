import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { routeOfNext } from '../../src/server/routes/next.ts';

// Next.js itself is tried by `npm run test:next`: it wants a build of its own.
const META = Symbol.for('NextInternalRequestMeta');

test('the route of a request of Next.js is the template that it matched', () => {
  const meta = createMeta('/users/[id]/events');
  expect(routeOfNext(createRequest(meta))).toBe('/users/[id]/events');
  expect(routeOfNext(createRequest(createMeta('/')))).toBe('/');
});

test('a request that Next.js has not matched has no route of Next.js', () => {
  expect(routeOfNext(new IncomingMessage(new Socket()))).toBeUndefined();
  for (const meta of [undefined, null, 7, {}, { match: null }]) {
    expect(routeOfNext(createRequest(meta))).toBeUndefined();
  }
});

test('what is no template is not taken for one, and nothing is thrown', () => {
  for (const path of [undefined, 7, {}, '', 'users', `/${'a'.repeat(200)}`]) {
    expect(routeOfNext(createRequest(createMeta(path)))).toBeUndefined();
  }
  const broken = {
    get match(): never {
      throw new Error('not yet');
    },
  };
  expect(routeOfNext(createRequest(broken))).toBeUndefined();
});

function createMeta(pathname: unknown): object {
  return { match: { definition: { kind: 'APP_ROUTE', pathname } } };
}

function createRequest(meta: unknown): IncomingMessage {
  return Object.assign(new IncomingMessage(new Socket()), { [META]: meta });
}
