import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { buildProgram } from '../../stack/programs.ts';
import { sendStream } from '../doctor/support/examine.ts';
import { startProbes } from '../doctor/support/probes.ts';
import { startHttp2 } from '../doctor/support/servers.ts';
import { createCertificate } from '../support/certificate.ts';
import { until } from '../support/poll.ts';
import { findFreePort } from '../support/ports.ts';
import { readDashboards } from './support/dashboards.ts';
import { pathOf } from './support/files.ts';
import { isAnswered, startProcess } from './support/process.ts';
import { query } from './support/prometheus-api.ts';
import { runPromtool } from './support/promtool.ts';

const SHIPPED = 'prometheus/scrape-probes.yaml';

interface ScrapeConfig {
  readonly scrape_configs: readonly {
    readonly relabel_configs: readonly Record<string, unknown>[];
  }[];
}

/** The shipped configuration, with another exporter and target. */
function adaptConfig(exporter: string, target: string): object {
  const config = parse(readFileSync(pathOf(SHIPPED), 'utf8')) as ScrapeConfig;
  const [job] = config.scrape_configs;
  return {
    global: { evaluation_interval: '1s' },
    scrape_configs: [
      {
        ...job,
        scrape_interval: '3s',
        scrape_timeout: '3s',
        static_configs: [{ targets: [target] }],
        relabel_configs: job?.relabel_configs.map((rule) =>
          rule['target_label'] === '__address__'
            ? { ...rule, replacement: exporter }
            : rule,
        ),
      },
    ],
  };
}

test('promtool finds nothing in the scrape configuration', async () => {
  const printed = await runPromtool('check', 'config', pathOf(SHIPPED));
  expect(printed).toContain('is valid prometheus config file syntax');
});

test('Prometheus probes by it, and every panel of the dashboard has data', async () => {
  const certificate = createCertificate(90);
  const folder = mkdtempSync(join(tmpdir(), 'probe-stack-'));
  const ca = join(folder, 'ca.pem');
  writeFileSync(ca, certificate.cert);
  await using target = await startHttp2((request, response) => {
    let id = Number(request.headers['last-event-id'] ?? 0);
    const write = () =>
      response.write(`: hb\n\nid: ${++id}\ndata: {"at":${Date.now()}}\n\n`);
    sendStream(response, {}, 'retry: 3000\n\n');
    write();
    const timer = setInterval(write, 260);
    response.once('close', () => clearInterval(timer));
  }, certificate);
  const { href } = target.url;
  await using probes = await startProbes({
    targets: [href],
    modules: { default: { events: 4, resume: true, ca_file: ca } },
  });
  const config = join(folder, 'prometheus.json');
  writeFileSync(config, JSON.stringify(adaptConfig(probes.url.host, href)));
  const url = `http://127.0.0.1:${await findFreePort()}`;
  await using prometheus = startProcess(await buildProgram('prometheus'), [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=${new URL(url).host}`,
    '--scrape.discovery-reload-interval=50ms',
  ]);
  await prometheus.waitUntil('ready', () => isAnswered(`${url}/-/ready`));
  await until(
    'a probe',
    () => query(url, 'sse_probe_success == 1'),
    (samples) => samples.length > 0,
    30_000,
  );
  const [success] = await query(url, 'sse_probe_success');
  expect(success?.labels).toEqual({
    __name__: 'sse_probe_success',
    job: 'sse-probes',
    instance: href,
    target: href,
    module: 'default',
  });
  const dashboard = readDashboards().find(({ uid }) => uid === 'sse-probes');
  const empty: string[] = [];
  for (const { title, targets } of dashboard?.panels ?? []) {
    for (const { expr } of targets) {
      const text = expr.replaceAll('$target', '.+');
      if ((await query(url, text)).length === 0) empty.push(title);
    }
  }
  expect(dashboard?.panels.length).toBeGreaterThan(10);
  expect(empty).toEqual([]);
  await prometheus[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});
