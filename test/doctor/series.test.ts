import { expect, test } from 'vitest';
import { sumSeries } from '../../src/metrics/count-series.ts';
import { REJECTION_REASONS } from '../../src/semconv.ts';
import { runHere } from './support/command.ts';

async function readJson(...args: string[]) {
  const ran = await runHere(['series', ...args, '--json']);
  expect(ran.stderr).toBe('');
  expect(ran.status).toBe(0);
  return JSON.parse(ran.stdout);
}

test('series says what an instance has, and what an option saves', async () => {
  const ran = await runHere(['series']);
  expect(ran.status).toBe(0);
  expect(ran.stdout.split('\n')).toEqual([
    '   series  share  of                    by',
    '      285   62 %  histograms            route, method',
    '      111   24 %  counters and gauges   route, method',
    '       33    7 %  connections           route, method, HTTP version',
    '       15    3 %  process',
    '       12    3 %  events                route, method, event type',
    '        3    1 %  failed connections    route, method, status',
    '        1    0 %  target_info',
    '      460         an instance, at most',
    '',
    '1 × 460 = 460 series, every 15 s: 31 samples/s',
    '',
    'One route less: -148 (OTEL_SSE_MAX_ROUTES, or a route hook that names fewer)',
    'One event type less: -3 (OTEL_SSE_MAX_EVENT_TYPES, OTEL_SSE_EVENT_TYPES)',
    '',
  ]);
});

test('the largest report has 80 columns, and no saving where there is none', async () => {
  const args = [
    ...['--routes', '100000', '--methods', '11', '--versions', '3'],
    ...['--types', '1000', '--guard', 'all', '--client-targets', '60'],
    ...['--max-event-types', '1000', '--instances', '1000000'],
    ...['--final-events', '--client-addresses', '--interval', '1'],
  ];
  const { stdout } = await runHere(['series', ...args]);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(stdout).toContain('client addresses');
  expect(stdout).not.toContain('One route less');
});

test('each argument is a part of the shape', async () => {
  const report = await readJson(
    ...['--routes', '5', '--methods', '2', '--versions', '3', '--types', '7'],
    ...['--error-types', '1', '--statuses', '2', '--attribute-sets', '4'],
    ...['--max-routes', '9', '--max-event-types', '8', '--final-events'],
    ...['--client-addresses', '--guard', 'heap,connections'],
    ...['--client-targets', '6', '--instances', '10', '--interval', '60'],
  );
  const shape = {
    routes: 5,
    methods: 2,
    versions: 3,
    types: 7,
    errorTypes: 1,
    statuses: 2,
    attributeSets: 4,
    maxRoutes: 9,
    maxEventTypes: 8,
    hasFinalEvents: true,
    hasClientAddresses: true,
    rejectionReasons: ['connections', 'heap'],
    clientTargets: 6,
  } as const;
  const series = sumSeries(shape);
  expect(report).toMatchObject({
    version: 1,
    shape,
    series,
    instances: 10,
    total: series * 10,
    interval: 60,
    samplesPerSecond: series / 6,
  });
  const sum = report.metrics.reduce(
    (total: number, metric: { series: number }) => total + metric.series,
    0,
  );
  expect(sum).toBe(series);
});

test('a guard may refuse for all there is', async () => {
  const { shape } = await readJson('--guard', 'all');
  expect(shape.rejectionReasons).toEqual(REJECTION_REASONS);
});

test.each([
  [
    ['--routes', '0'],
    '--routes "0" is no whole number from 1 to 100000. Write',
  ],
  [['--types', '1.5'], '--types "1.5" is no whole number from 0 to 1000'],
  [['--versions', '4'], '--versions "4" is no whole number from 1 to 3'],
  [['--instances', 'many'], '--instances "many" is no whole number'],
  [['--interval', ''], '--interval "" is no whole number from 1 to 3600'],
  [['--guard', 'heap,heep'], '--guard "heep" is no reason. Write all, or some'],
  [['20'], '"20" is one word too many'],
  [['--route', '3'], "Unknown option '--route'"],
])('series %j says what is wrong and what to write', async (args, message) => {
  const ran = await runHere(['series', ...args]);
  expect(ran.stderr).toContain(message);
  expect(ran.stderr.trim().split('\n')).toHaveLength(1);
  expect(ran.status).toBe(2);
  expect(ran.stdout).toBe('');
});
