import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { expect, test } from 'vitest';
import { compare } from '../../src/doctor/compare/compare.ts';
import { findTrouble } from '../../src/doctor/findings/findings.ts';
import { examine, HEADERS, listIds } from '../doctor/support/examine.ts';
import { startQuickStart } from '../doctor/support/quick-start.ts';
import { createCertificate } from '../support/certificate.ts';
import { startHaproxy, startNginx } from './support/proxies.ts';

/** Events of some size each 100 ms, with the time at which they were made. */
function ticking(size: number): RequestListener {
  return (_, response) => {
    response.writeHead(200, HEADERS);
    let id = 0;
    const timer = setInterval(() => {
      const data = {
        at: Date.now(),
        text: randomBytes(size / 2).toString('hex'),
      };
      response.write(`id: ${++id}\ndata: ${JSON.stringify(data)}\n\n`);
    }, 100);
    response.once('close', () => clearInterval(timer));
  };
}

/** Opens and says nothing more. */
const silent: RequestListener = (_, response) => {
  response.writeHead(200, HEADERS);
  response.write(': ok\n\n');
};

/** For how long nothing came before a cut. */
function readSeconds(evidence = ''): number {
  return Number(/^Cut after ([\d.]+) s of silence/.exec(evidence)?.[1]);
}

/** As `deploy/nginx/nginx.conf` has it. */
const UNBUFFERED =
  'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;';
const WATCHED = { seconds: 6, events: 25 };

test('nginx as it comes: what it holds back is named, with what shows it', async () => {
  await using proxy = await startNginx(ticking(300), '');
  const observation = await examine(proxy.url, WATCHED);
  const found = findTrouble(observation);
  expect(found.map(({ id }) => id)).toContain('buffering');
  const finding = found.find(({ id }) => id === 'buffering');
  expect(finding?.evidence).toMatch(/came later than their time stamps say/);
  expect(finding?.evidence).toMatch(/server: nginx.*buffers unless/);
  expect(finding?.change).toContain('proxy_buffering off');
});

test('nginx without buffering holds nothing back', async () => {
  await using proxy = await startNginx(ticking(300), UNBUFFERED);
  const observation = await examine(proxy.url, WATCHED);
  expect(listIds(observation)).toEqual([]);
  expect(observation.stream?.buffering.ratio).toBe(0);
});

test('X-Accel-Buffering: no of the application does the same', async () => {
  const listener: RequestListener = (request, response) => {
    response.setHeader('X-Accel-Buffering', 'no');
    ticking(300)(request, response);
  };
  await using proxy = await startNginx(listener, 'proxy_http_version 1.1;');
  expect(listIds(await examine(proxy.url, WATCHED))).toEqual([]);
});

test('gzip of nginx over its buffers is named as compression', async () => {
  const gzip = 'gzip on; gzip_types text/event-stream; gzip_proxied any;';
  await using proxy = await startNginx(
    ticking(1200),
    `${gzip} proxy_http_version 1.1;`,
  );
  const observation = await examine(proxy.url, WATCHED);
  expect(listIds(observation)).toContain('compression-holds');
  await using flushed = await startNginx(ticking(300), `${gzip} ${UNBUFFERED}`);
  expect(listIds(await examine(flushed.url, WATCHED))).not.toContain(
    'compression-holds',
  );
});

test('the quick start behind nginx as it comes has a finding, and none behind ours', async () => {
  await using server = await startQuickStart();
  const wishes = { seconds: 4, events: 1000, isResuming: true };
  await using buffered = await startNginx(server.url, '');
  await using unbuffered = await startNginx(server.url, UNBUFFERED);
  const [direct, held, passed] = await Promise.all([
    examine(server.url, wishes),
    examine(buffered.url, wishes),
    examine(unbuffered.url, wishes),
  ]);
  expect(listIds(direct)).toEqual([]);
  expect(listIds(passed)).toEqual([]);
  expect(listIds(held)).toContain('buffering');
  const ids = compare(direct, held).findings.map(({ id }) => id);
  expect(ids).toContain('proxy-holds');
  expect(ids).toContain('proxy-adds-trouble');
  expect(compare(direct, passed).findings).toEqual([]);
});

test('HTTP/2 of nginx is seen, and no HTTP/1.1 said', async () => {
  const certificate = createCertificate(90);
  await using proxy = await startNginx(ticking(50), UNBUFFERED, certificate);
  const observation = await examine(proxy.url, {
    seconds: 3,
    events: 5,
    ca: certificate.cert,
  });
  expect(observation.head?.version).toBe('2');
  expect(listIds(observation)).toEqual([]);
});

test('proxy_read_timeout is found by idling, and a heartbeat keeps the stream', async () => {
  const timeout = `${UNBUFFERED} proxy_read_timeout 2s;`;
  await using proxy = await startNginx(silent, timeout);
  const idle = await examine(proxy.url, { idleSeconds: 8 });
  const cut = findTrouble(idle).find(({ id }) => id === 'idle-cut');
  expect(readSeconds(cut?.evidence)).toBeCloseTo(2, 0);
  await using kept = await startNginx(ticking(0), timeout);
  const busy = await examine(kept.url, { idleSeconds: 3 });
  expect(listIds(busy)).toEqual([]);
});

test('HAProxy’s time-out of the server is found by idling', async () => {
  await using proxy = await startHaproxy(silent, '2s');
  const idle = await examine(proxy.url, { idleSeconds: 8 });
  const cut = findTrouble(idle).find(({ id }) => id === 'idle-cut');
  expect(readSeconds(cut?.evidence)).toBeCloseTo(2, 0);
});

test('HAProxy with time enough changes nothing', async () => {
  await using proxy = await startHaproxy(ticking(50), '1h');
  const wishes = { seconds: 2, events: 1000 };
  const [direct, proxied] = await Promise.all([
    examine(proxy.direct, wishes),
    examine(proxy.url, wishes),
  ]);
  expect(listIds(proxied)).toEqual([]);
  expect(compare(direct, proxied).findings).toEqual([]);
});
