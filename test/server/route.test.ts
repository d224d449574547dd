import { expect, test } from 'vitest';
import { cleanPath } from '../../src/protocol/clean-path.ts';

test.for<[url: string, route: string]>([
  ['/', '/'],
  ['', '/'],
  ['?token=abc', '/'],
  ['*', '/'],
  ['/events', '/events'],
  ['/events/', '/events/'],
  ['/Events.json', '/Events.json'],
  ['/api/v1/2.0/room-17/my-stream_b', '/api/v1/2.0/room-17/my-stream_b'],
  ['/events?user=42&token=abc', '/events'],
  ['/events#part', '/events'],
  ['/events?a=/b/c#d', '/events'],
  ['/users/42/events', '/users/:id/events'],
  ['/users/0042/', '/users/:id/'],
  ['/1/2/3', '/:id/:id/:id'],
  ['/user_12345678/events', '/:id/events'],
  ['/+4915123456789', '/:id'],
  ['/x/550e8400-e29b-41d4-a716-446655440000', '/x/:id'],
  ['/x/550E8400-E29B-41D4-A716-446655440000', '/x/:id'],
  ['/x/507f1f77bcf86cd799439011', '/x/:id'],
  ['/x/DEADBEEF01', '/x/:id'],
  ['/x/deadbeef', '/x/deadbeef'],
  ['/x/face1', '/x/face1'],
  ['/x/01ARZ3NDEKTSV4RRFFQ69G5FAV', '/x/:id'],
  ['/x/V1StGXR8_Z5jdHi6B-myT', '/x/:id'],
  ['/x/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc', '/x/:id'],
  ['/x/a-long-name-without-any-digit', '/x/a-long-name-without-any-digit'],
  [`/x/${'a'.repeat(41)}`, '/x/:id'],
  ['/x/me@example.org', '/x/:id'],
  ['/x/%41bc', '/x/:id'],
  ['/x;jsessionid=1/y', '/:id/y'],
  ['/x/key:value/a,b/c=d', '/x/:id/:id/:id'],
  ['/x/192.0.2.1', '/x/:id'],
  ['/x/2001:db8::1', '/x/:id'],
  ['/a/b/c/d/e/f/g/h', '/a/b/c/d/e/f/g/h'],
  ['/a/b/c/d/e/f/g/h/i/j', '/a/b/c/d/e/f/g/h/*'],
  ['//a//b', '//a//b'],
  ['http://example.org/users/42?a=b', '/users/:id'],
  ['https://user:secret@example.org', '/'],
  ['example.org:443', '/'],
  ['no-slash', '/'],
])('the path %s becomes the route %s', ([url, route]) => {
  expect(cleanPath(url)).toBe(route);
});

test('a path of any length is cleaned quickly', () => {
  const start = performance.now();
  for (const part of ['/a', '/1', 'a', '1', '%', '/-', 'a1-', '?']) {
    expect(cleanPath(`/${part.repeat(50_000)}`).length).toBeLessThan(400);
  }
  expect(performance.now() - start).toBeLessThan(2000);
});
