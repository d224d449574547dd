import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { choosePlaces } from '../../stack/addresses.ts';
import { copyConfigs } from '../../stack/configs.ts';
import { startJanitor } from '../../stack/janitor.ts';
import { buildProgram, type ProgramName } from '../../stack/programs.ts';
import { findNginx } from '../../stack/system-programs.ts';
import { pathOf } from './support/files.ts';
import { readRules } from './support/metric-names.ts';

/** Runs a program to its end. @returns all that it printed. */
async function run(command: string, args: readonly string[]): Promise<string> {
  return promisify(execFile)(command, args).then(
    ({ stdout, stderr }) => stdout + stderr,
    ({ stdout, stderr }: { stdout: string; stderr: string }) => {
      throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`);
    },
  );
}

async function runProgram(
  name: ProgramName,
  ...args: readonly string[]
): Promise<string> {
  return run(await buildProgram(name), args);
}

test.each([
  'config.yaml',
  'config.yaml bearer-token.yaml',
  'config.yaml persistent-queue.yaml',
  'gateway.yaml',
  'gateway.yaml mimir.yaml',
  'gateway.yaml remote-write.yaml',
  'gateway.yaml thanos-receive.yaml',
  'gateway.yaml victoria-metrics.yaml',
  'http-latency.yaml',
  'http-latency.yaml http-latency-apart.yaml',
])('the Collector accepts %s', async (files) => {
  const args = files
    .split(' ')
    .flatMap((file) => ['--config', pathOf(`otel-collector/${file}`)]);
  expect(await runProgram('collector', 'validate', ...args)).toBe('');
});

test('promtool finds nothing in prometheus.yaml', async () => {
  const path = pathOf('prometheus/prometheus.yaml');
  const flags = ['--lint=all', '--lint-fatal'];
  const printed = await runProgram(
    'promtool',
    'check',
    'config',
    ...flags,
    path,
  );
  expect(printed).toContain('is valid prometheus config file syntax');
});

test('amtool finds nothing in alertmanager.yaml', async () => {
  const path = pathOf('alertmanager/alertmanager.yaml');
  const printed = await runProgram('amtool', 'check-config', path);
  expect(printed).toContain('1 templates');
});

test.each([
  ['critical', 'pages'],
  ['warning', 'tickets'],
  ['info', 'log'],
])('an alert of severity %s goes to %s', async (severity, receiver) => {
  const config = `--config.file=${pathOf('alertmanager/alertmanager.yaml')}`;
  const args = ['config', 'routes', 'test', config, `severity=${severity}`];
  expect((await runProgram('amtool', ...args)).trim()).toBe(receiver);
});

test('nginx accepts nginx.conf', async () => {
  await using janitor = startJanitor();
  // Natively no name of the compose network resolves.
  copyConfigs(janitor.folder, await choosePlaces());
  const config = join(janitor.folder, 'deploy', 'nginx', 'nginx.conf');
  const args = ['-t', '-p', janitor.folder, '-e', 'stderr', '-c', config];
  const lines = (await run(findNginx(), args)).trim().split('\n');
  // No warning beside them.
  expect(lines.map((line) => line.replace(config, 'nginx.conf'))).toEqual([
    'nginx: the configuration file nginx.conf syntax is ok',
    'nginx: configuration file nginx.conf test is successful',
  ]);
});

const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const RANGE = /\[(\d+)(ms|[smhdw])(?::[^\]]*)?\]/g;

/** Ranges that samples each 60 s cannot fill. */
function findShortRanges(expression: string): string[] {
  const rest = expression.replaceAll(/last_over_time\([^()[\]]*\[3m\]\)/g, '');
  return [...rest.matchAll(RANGE)]
    .filter(([, count, unit]) => {
      const seconds = SECONDS[unit as keyof typeof SECONDS];
      return Number(count) * seconds < 300;
    })
    .map(([range]) => range);
}

test('no rule looks back less than 5 minutes, but for last values', () => {
  expect(findShortRanges('rate(a[4m]) + last_over_time(b[3m])')).toEqual([
    '[4m]',
  ]);
  const short = readRules().flatMap(({ file, name, expr }) =>
    findShortRanges(expr).map((range) => `${file}: ${name}: ${range}`),
  );
  expect(short).toEqual([]);
});

const ALERT = {
  status: 'firing',
  labels: { alertname: 'SseQueueLong', severity: 'critical', job: 'sse/shop' },
};

/** What a template makes of two alerts, one of which has a description. */
async function render(template: string, status: string): Promise<string> {
  await using janitor = startJanitor();
  const path = join(janitor.folder, 'data.json');
  const glob = pathOf('alertmanager/templates/*.tmpl');
  writeFileSync(
    path,
    JSON.stringify({
      status,
      commonLabels: ALERT.labels,
      commonAnnotations: { runbook_url: 'https://example.com/runbook' },
      externalURL: 'http://alertmanager:9093',
      alerts: [
        { ...ALERT, status, annotations: { description: 'a: 5 MB waiting' } },
        { ...ALERT, status, annotations: {} },
      ],
    }),
  );
  const text = `--template.text={{ template "${template}" . }}`;
  const options = [`--template.glob=${glob}`, text, `--template.data=${path}`];
  return (await runProgram('amtool', 'template', 'render', ...options)).trim();
}

test('a notification says first what is wrong, where, and how many', async () => {
  expect(await render('message.subject', 'firing')).toBe(
    'CRITICAL: SseQueueLong of sse/shop (2)',
  );
  expect(await render('message.subject', 'resolved')).toBe(
    'OK: SseQueueLong of sse/shop (2)',
  );
  expect(await render('message.text', 'firing')).toBe(
    [
      '- a: 5 MB waiting',
      '- SseQueueLong sse/shop critical',
      '',
      'What to do: https://example.com/runbook',
      'Silence: http://alertmanager:9093',
    ].join('\n'),
  );
});
