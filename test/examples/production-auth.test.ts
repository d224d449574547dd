import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Installed,
  installProduction,
} from '../../stack/production-package.ts';
import { until } from '../support/poll.ts';
import {
  createToken,
  type Production,
  startProduction,
} from './support/production.ts';
import { openReader } from './support/reader.ts';

const ORIGIN = 'https://app.example.com';

let installed: Installed;
let server: Production;
beforeAll(async () => {
  installed = installProduction();
  server = await startProduction(installed.folder, { ALLOWED_ORIGINS: ORIGIN });
}, 120_000);
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  installed?.[Symbol.dispose]();
});

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

test.each([
  ['no token', async () => ({})],
  ['a token of another secret', async () => bearer(`${createToken()}x`)],
  ['an expired token', async () => bearer(createToken(-1))],
  ['a token in the query string alone', async () => ({})],
])('%s opens no stream', async (name, makeHeaders) => {
  const query = name.includes('query') ? `?token=${createToken()}` : '';
  const url = `${server.url}/events${query}`;
  using reader = await openReader(url, await makeHeaders());
  expect(reader.response.status).toBe(401);
  expect(reader.response.headers.get('www-authenticate')).toBe('Bearer');
  expect(reader.response.headers.get('content-type')).toMatch(/json/);
});

test('a token as a header gets a cookie, which opens a stream', async () => {
  const session = await fetch(`${server.url}/session`, {
    method: 'POST',
    headers: bearer(createToken()),
  });
  expect(session.status).toBe(204);
  const cookie = session.headers.get('set-cookie') ?? '';
  for (const attribute of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/']) {
    expect(cookie).toContain(`; ${attribute}`);
  }
  const [pair = ''] = cookie.split(';');
  using reader = await openReader(`${server.url}/events`, { Cookie: pair });
  expect(reader.response.status).toBe(200);
  const id = await server.publish('hello');
  await until('the event', () => reader.ids().includes(id));
});

test('a stream ends when its token expires, and says why', async () => {
  const url = `${server.url}/events`;
  const completed = { sse_connection_close_reason: 'completed' };
  const name = 'sse_server_closed_connections_total';
  const before = await server.metric(name, completed);
  using short = await openReader(url, bearer(createToken(2)));
  using long = await openReader(url, bearer(createToken(3600)));
  const id = await server.publish('before');
  expect(await short.ended).toBe(true);
  expect(short.ids()).toContain(id);
  expect(short.events.at(-1)?.type).toBe('expired');
  expect((await server.metric(name, completed)) - before).toBe(1);
  const later = await server.publish('after');
  await until('the other goes on', () => long.ids().includes(later));
});

test('who may not publish does not', async () => {
  const post = async (claims: Record<string, unknown>, body: string) => {
    const response = await fetch(`${server.url}/events`, {
      method: 'POST',
      headers: {
        ...bearer(createToken(60, claims)),
        'Content-Type': 'application/json',
      },
      body,
    });
    return response.status;
  };
  const good = JSON.stringify({ type: 'a', data: 1 });
  expect(await post({}, good)).toBe(403);
  expect(await post({ publish: 'yes' }, good)).toBe(403);
  expect(await post({ publish: true }, good)).toBe(202);
  expect(await post({ publish: true }, '{"type":"a\\nid: 9","data":1}')).toBe(
    400,
  );
  expect(await post({ publish: true }, '{')).toBe(400);
});

test('pages of listed origins may read, with their cookie, and no others', async () => {
  const headers = bearer(createToken());
  const ask = async (origin: string) => {
    using reader = await openReader(`${server.url}/events`, {
      ...headers,
      Origin: origin,
    });
    const { headers: answered } = reader.response;
    return {
      origin: answered.get('access-control-allow-origin'),
      credentials: answered.get('access-control-allow-credentials'),
      vary: answered.get('vary'),
    };
  };
  expect(await ask(ORIGIN)).toMatchObject({
    origin: ORIGIN,
    credentials: 'true',
    vary: expect.stringContaining('Origin'),
  });
  const other = await ask('https://evil.example');
  expect(other.origin).toBe(null);
});

test('there is a page for it, and nothing else', async () => {
  const page = await (await fetch(server.url)).text();
  const [, script = ''] = /src="([^"]+)"/.exec(page) ?? [];
  expect((await fetch(`${server.url}/${script}`)).status).toBe(200);
  for (const path of ['/server.js', '/package.json', '/nothing']) {
    expect((await fetch(server.url + path)).status).toBe(404);
  }
});
