import { expect, test } from 'vitest';
import {
  ADDRESSES,
  choosePlaces,
  replaceAddresses,
} from '../../stack/addresses.ts';

const PLACES = new Map([
  ['nginx:8080', '127.0.0.1:1'],
  ['app-1:8080', '127.0.0.1:2'],
  ['catcher:8025', '127.0.0.1:3'],
]);

function replace(text: string): string {
  return replaceAddresses(text, 'nginx', PLACES);
}

test('each address has a port of its own', async () => {
  const places = await choosePlaces();
  expect(new Set(places.values()).size).toBe(ADDRESSES.length);
});

test('addresses are replaced wherever they stand', () => {
  expect(replace('server app-1:8080 max_fails=1;')).toBe(
    'server 127.0.0.1:2 max_fails=1;',
  );
  expect(replace('url: "http://catcher:8025/slack"')).toBe(
    'url: "http://127.0.0.1:3/slack"',
  );
  expect(replace('{env:URL:-http://localhost:8080}')).toBe(
    '{env:URL:-http://127.0.0.1:1}',
  );
});

test('a part listens on its own address', () => {
  expect(replace('  listen 8080 so_keepalive=30s:10s:3;')).toBe(
    '  listen 127.0.0.1:1 so_keepalive=30s:10s:3;',
  );
  expect(replace('endpoint: 0.0.0.0:8080')).toBe('endpoint: 127.0.0.1:1');
});

test('an address that nobody knows is an error, but in a comment', () => {
  expect(() => replace('url: http://grafana:3000')).toThrow('grafana:3000');
  expect(() => replace('listen 8081;')).toThrow('0.0.0.0:8081');
  expect(replace('# as shop-1:9464')).toBe('# as shop-1:9464');
});

test('what only looks like an address is left alone', () => {
  const rule = 'expr: job:sse_server_writes:rate5m{le="10"} > 12:30';
  expect(replace(rule)).toBe(rule);
});
