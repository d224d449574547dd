import { setTimeout as delay } from 'node:timers/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createCertificate } from '../support/certificate.ts';
import { examine, HEADERS, listIds, sendStream } from './support/examine.ts';
import { startPlain, startRaw, startTls } from './support/servers.ts';

test('a stream without end or line ends is left, and takes no memory', async () => {
  await using server = await startPlain((_, response) => {
    response.writeHead(200, { ...HEADERS, 'Content-Encoding': 'gzip' });
    const gzip = createGzip({ level: 9 });
    gzip.pipe(response);
    const zeros = Buffer.alloc(1024 * 1024, 'x');
    const write = () => {
      while (!response.destroyed && gzip.write(zeros));
    };
    gzip.on('drain', write);
    write();
    response.once('close', () => gzip.destroy());
  });
  const before = process.memoryUsage().rss;
  const observation = await examine(server.url, { seconds: 1 });
  expect(observation.stream?.watchedMs).toBeLessThan(3000);
  expect(observation.stream?.events).toBe(0);
  expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 ** 2);
});

test('what a bomb would still unpack is left when the time is over', async () => {
  const part = gzipSync(Buffer.alloc(64 * 1024 ** 2));
  await using server = await startPlain((_, response) => {
    response.writeHead(200, { ...HEADERS, 'Content-Encoding': 'gzip' });
    for (let i = 0; i < 64; i++) response.write(part);
  });
  const observation = await examine(server.url, { seconds: 0.2 });
  expect(observation.stream?.bytes).toBeGreaterThan(1024 ** 2);
  const { user, system } = process.cpuUsage();
  await delay(300);
  const used = process.cpuUsage();
  // Nearly all of it, were it unpacked on.
  expect((used.user + used.system - user - system) / 1000).toBeLessThan(150);
});

test('metrics that never end, or are none, do not hold the doctor up', async () => {
  await using server = await startPlain((request, response) => {
    if (request.url === '/none') response.end('<html>');
    else sendStream(response);
  });
  const observation = await examine(server.url, {
    metrics: new URL('/none', server.url),
  });
  expect(observation.disconnect?.problem).toContain(
    'no sse_server_opened_connections_total',
  );
  const endless = await examine(server.url, {
    metrics: new URL('/endless', server.url),
  });
  expect(endless.disconnect?.problem).toBe('no end within 0.5 s');
});

test.each([
  ['no HTTP', 'SSH-2.0-OpenSSH_9\r\n'],
  ['headers without end', `HTTP/1.1 200 OK\r\nA: ${'a'.repeat(100_000)}`],
  [
    'two lengths',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
  ],
])('%s is an answer that is none', async (_, text) => {
  await using server = await startRaw((socket) => socket.write(text));
  expect(listIds(await examine(server.url))).toEqual(['no-response']);
});

test('a redirect takes no secret to another origin', async () => {
  const seen: string[] = [];
  await using other = await startPlain((request, response) => {
    seen.push(JSON.stringify(request.headers));
    sendStream(response);
  });
  await using server = await startPlain((_, response) =>
    response.writeHead(307, { Location: other.url.href }).end(),
  );
  const url = new URL(server.url);
  url.username = 'me%';
  url.password = 'hidden';
  const observation = await examine(url, {
    headers: { Cookie: 'hidden', 'X-Token': 'hidden' },
  });
  expect(observation.stream?.events).toBe(4);
  expect(seen.join()).toContain('text/event-stream');
  expect(seen.join()).not.toMatch(/hidden|authorization/i);
  expect(JSON.stringify(observation)).not.toContain('hidden');
});

test('nothing is sent to a server that nobody trusts', async () => {
  let asked = 0;
  await using server = await startTls((_, response) => {
    asked++;
    sendStream(response);
  }, createCertificate());
  await examine(server.url);
  expect(asked).toBe(0);
  const insecure = await examine(server.url, { isInsecure: true });
  expect(asked).toBe(1);
  expect(insecure.stream?.events).toBe(4);
  expect(listIds(insecure)).toContain('certificate-untrusted');
});
