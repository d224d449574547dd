import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import parse from 'parse-prometheus-text-format';
import { expect, test } from 'vitest';
import { PROBE_METRICS } from '../../src/semconv.ts';
import { createCertificate } from '../support/certificate.ts';
import { until } from '../support/poll.ts';
import { sendStream, streaming } from './support/examine.ts';
import { startProbes } from './support/probes.ts';
import { startHttp2, startPlain } from './support/servers.ts';

/** Events with ids, that go on after a `Last-Event-ID`. */
const resuming: RequestListener = (request, response) => {
  const last = Number(request.headers['last-event-id'] ?? 0);
  const ids = [1, 2, 3, 4].filter((id) => id > last);
  sendStream(response, {}, ids.map((id) => `id: ${id}\ndata: a\n\n`).join(''));
};

test('a healthy target has all gauges that can be known', async () => {
  await using target = await startPlain(resuming);
  const { href } = target.url;
  await using probes = await startProbes({
    targets: [href],
    modules: { feed: { seconds: 3, events: 4, resume: true } },
  });
  const { status, type, text } = await probes.ask(href, 'feed');
  expect(status).toBe(200);
  expect(type).toBe('text/plain; version=0.0.4; charset=utf-8');
  const labels = `{target="${href}",module="feed"}`;
  expect(text).toContain(`sse_probe_success${labels} 1\n`);
  expect(text).toContain(`sse_probe_resume_ok${labels} 1\n`);
  expect(text).toContain(`sse_probe_http_version${labels} 1.1\n`);
  expect(text).toMatch(/sse_probe_findings\{[^}]*severity="error"\} 0\n/);
  const phases = [...text.matchAll(/phase="(\w+)"\} (\S+)/g)];
  expect(phases.map(([, phase]) => phase)).toEqual([
    'resolve',
    'connect',
    'headers',
    'first_byte',
    'first_event',
  ]);
  for (const [, , seconds] of phases) expect(Number(seconds)).toBeLessThan(1);
  expect(text).not.toContain('certificate');
});

test('every gauge is of semconv.ts, and parses', async () => {
  const certificate = createCertificate(30);
  await using target = await startHttp2((request, response) => {
    const last = Number(request.headers['last-event-id'] ?? 0);
    sendStream(response, {}, `:\n\nid: ${last + 1}\ndata: a\n\n`);
    let id = last + 1;
    const timer = setInterval(() => {
      response.write(`:\n\nid: ${++id}\ndata: {"at":${Date.now()}}\n\n`);
    }, 260);
    response.once('close', () => clearInterval(timer));
  }, certificate);
  const folder = mkdtempSync(join(tmpdir(), 'probe-'));
  const path = join(folder, 'ca.pem');
  writeFileSync(path, certificate.cert);
  const { href } = target.url;
  await using probes = await startProbes({
    targets: [href],
    modules: { tls: { seconds: 8, events: 5, resume: true, ca_file: path } },
  });
  rmSync(folder, { recursive: true });
  const { text } = await probes.ask(href, 'tls');
  const families = parse(text);
  expect(families.map(({ name }) => name)).toEqual(
    Object.values(PROBE_METRICS).map(({ name }) => name),
  );
  const readGauge = (name: string) =>
    Number(families.find((family) => family.name === name)?.metrics[0]?.value);
  expect(readGauge('sse_probe_success')).toBe(1);
  expect(readGauge('sse_probe_http_version')).toBe(2);
  expect(readGauge('sse_probe_buffering_ratio')).toBe(0);
  expect(readGauge('sse_probe_heartbeat_seconds')).toBeGreaterThan(0.2);
  expect(readGauge('sse_probe_event_interval_seconds')).toBeLessThan(1);
  const days =
    readGauge('sse_probe_certificate_expiry_timestamp_seconds') / 86_400 -
    Date.now() / 86_400_000;
  expect(days).toBeCloseTo(30, 1);
});

test('a target that fails is a 0 and not an error of the probe', async () => {
  await using quiet = await startPlain(streaming({}, ':\n\n'));
  await using broken = await startPlain((_, response) =>
    response.writeHead(500).end(),
  );
  const gone = await startPlain(streaming());
  await gone[Symbol.asyncDispose]();
  await using warned = await startPlain(
    streaming({ 'Cache-Control': 'public' }),
  );
  const all = [quiet, broken, gone, warned].map(({ url }) => url.href);
  await using probes = await startProbes({
    targets: all,
    modules: {
      quick: { seconds: 0.3 },
      silent: { seconds: 0.3, min_events: 0 },
      strict: { fail_on: 'warning', events: 4 },
      loose: { events: 4 },
    },
  });
  const success = async (target: string | undefined, module: string) => {
    const { status, text } = await probes.ask(target ?? '', module);
    expect(status).toBe(200);
    return Number(/sse_probe_success\{[^}]*\} (\d)/.exec(text)?.[1]);
  };
  expect(await success(all[0], 'quick')).toBe(0);
  expect(await success(all[0], 'silent')).toBe(1);
  expect(await success(all[1], 'silent')).toBe(0);
  expect(await success(all[2], 'silent')).toBe(0);
  expect(await success(all[3], 'strict')).toBe(0);
  expect(await success(all[3], 'loose')).toBe(1);
});

test('nothing is asked for that is not on the list, not by a redirect either', async () => {
  let asked = 0;
  await using inside = await startPlain((_, response) => {
    asked++;
    sendStream(response);
  });
  await using target = await startPlain((_, response) =>
    response.writeHead(302, { Location: inside.url.href }).end(),
  );
  await using probes = await startProbes({ targets: [target.url.href] });
  expect((await probes.ask(inside.url.href)).status).toBe(403);
  expect((await probes.ask(`${target.url.href}/more`)).status).toBe(403);
  expect((await probes.ask(`${target.url.href}?more`)).status).toBe(403);
  const redirected = await probes.ask(target.url.href);
  expect(redirected.text).toMatch(/sse_probe_success\{[^}]*\} 0/);
  expect(asked).toBe(0);
  expect((await probes.ask('nonsense')).status).toBe(400);
  expect((await probes.ask(target.url.href, 'unknown')).status).toBe(400);
});

test('/* allows what is below, and no way out of it', async () => {
  await using target = await startPlain(streaming());
  const { origin } = target.url;
  await using probes = await startProbes({
    targets: [`${origin}/rooms/*`],
    modules: { default: { seconds: 1, events: 4 } },
  });
  const ask = async (path: string) => (await probes.ask(origin + path)).status;
  expect(await ask('/rooms/1?a=b')).toBe(200);
  expect(await ask('/rooms')).toBe(403);
  expect(await ask('/roomsx/1')).toBe(403);
  expect(await ask('/rooms/../admin')).toBe(403);
  expect(await ask('/rooms/..%2fadmin')).toBe(403);
  const user = origin.replace('//', '//me@');
  expect((await probes.ask(`${user}/rooms/1`)).status).toBe(403);
});

test('probes at once are bounded, and end when nobody waits', async () => {
  let open = 0;
  await using target = await startPlain((_, response) => {
    open++;
    sendStream(response, {}, ':\n\n');
    response.once('close', () => open--);
  });
  const { href } = target.url;
  await using probes = await startProbes(
    { targets: [href], modules: { default: { seconds: 60 } } },
    ['--concurrency', '2'],
  );
  const path = `/probe?target=${encodeURIComponent(href)}`;
  const clients = [1, 2].map(() => {
    const socket = connect(Number(probes.url.port), '127.0.0.1');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    return socket;
  });
  await until('two probes', () => open === 2);
  const refused = await probes.ask(href);
  expect(refused.status).toBe(503);
  expect(refused.text).toContain('raise --concurrency');
  for (const socket of clients) socket.destroy();
  await until('no stream', () => open === 0);
  await until('room', async () => {
    const abort = new AbortController();
    const asked = probes.ask(href, undefined, {}, abort.signal);
    const first = await Promise.race([
      asked.then(
        ({ status }) => status,
        () => 0,
      ),
      until('a stream', () => open === 1).then(() => 200),
    ]);
    abort.abort();
    await asked.catch(() => {});
    return first === 200;
  });
});

test('a probe is over before Prometheus gives up', async () => {
  await using target = await startPlain(streaming({}, ':\n\n'));
  const { href } = target.url;
  await using probes = await startProbes({
    targets: [href],
    modules: { default: { seconds: 60, resume: true } },
  });
  const started = performance.now();
  await probes.ask(href, undefined, {
    'X-Prometheus-Scrape-Timeout-Seconds': '1',
  });
  expect(performance.now() - started).toBeLessThan(950);
});

test('debug tells in words what was found', async () => {
  await using target = await startPlain(streaming({ Age: '7' }));
  const { href } = target.url;
  await using probes = await startProbes({
    targets: [href],
    modules: { default: { seconds: 1, events: 4 } },
  });
  const query = `?target=${encodeURIComponent(href)}&debug=true`;
  const page = await fetch(new URL(`/probe${query}`, probes.url));
  expect(await page.text()).toContain('The stream comes from a cache');
});

test('other paths and methods are answered, and it ends when told to', async () => {
  const probes = await startProbes({ targets: ['http://127.0.0.1:1/'] });
  const ask = async (path: string, method = 'GET') =>
    (await fetch(new URL(path, probes.url), { method })).status;
  expect(await ask('/-/healthy')).toBe(200);
  expect(await ask('/')).toBe(404);
  expect(await ask('/probe', 'POST')).toBe(405);
  const idle = connect(Number(probes.url.port), '127.0.0.1');
  await once(idle, 'connect');
  expect(await probes.stop()).toBe(0);
  idle.destroy();
});
