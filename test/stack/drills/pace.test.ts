import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { choosePlaces } from '../../../stack/addresses.ts';
import { copyConfigs } from '../../../stack/configs.ts';
import { pathOf } from '../support/files.ts';
import { runPromtool } from '../support/promtool.ts';
import { compressConfigs } from './support/compress-configs.ts';
import { compressExpression } from './support/compress-expression.ts';
import { compressRules } from './support/compress-rules.ts';
import { divideDuration } from './support/pace.ts';

test.each([
  ['5m', '15s'],
  ['15s', '750ms'],
  ['1h30m', '270s'],
  ['1410m', '4230s'],
])('%s of real life are %s of a drill', (real, compressed) => {
  expect(divideDuration(real)).toBe(compressed);
});

test('a time that cannot be divided to the millisecond is an error', () => {
  expect(() => divideDuration('1ms')).toThrow('1ms');
  expect(() => divideDuration('soon')).toThrow('soon is no duration');
});

test.each([
  ['rate(x[5m] offset 1h)', 'rate(x[15s] offset 180s)'],
  ['max_over_time(x[10m:15s])', 'max_over_time(x[30s:750ms])'],
  ['a:b:rate5m > 0.5', 'a:b:rate5m > 0.5'],
  ['x{route="/5m/300"}', 'x{route="/5m/300"}'],
  [
    'x and (sse_process_uptime_seconds >= 300 < 600)',
    'x and (sse_process_uptime_seconds >= 15 < 30)',
  ],
  [
    'max(sse_process_uptime_seconds) - job_instance:sse_process_uptime_seconds:start > 300',
    'max(sse_process_uptime_seconds) - job_instance:sse_process_uptime_seconds:start > 15',
  ],
])('times in %s are divided, and nothing else', (real, compressed) => {
  expect(compressExpression(real)).toBe(compressed);
});

test('a number that may be seconds is an error until somebody says what it is', () => {
  expect(() => compressExpression('time() - x > 300')).toThrow('300 in a rule');
});

test('promtool finds nothing in the compressed rules', async () => {
  const config = join(await makeConfigs(), 'prometheus', 'prometheus.yaml');
  expect(await runPromtool('check', 'config', config)).toContain('SUCCESS');
});

test('Alertmanager is as much less patient, the Collector gathers for less', async () => {
  const folder = await makeConfigs();
  const read = (path: string) =>
    parse(readFileSync(join(folder, path), 'utf8'));
  const { global, route } = read('alertmanager/alertmanager.yaml');
  expect(global.resolve_timeout).toBe('15s');
  expect(route).toMatchObject({
    group_wait: '1500ms',
    group_interval: '15s',
    repeat_interval: '1440s',
    routes: [{ group_wait: '500ms', repeat_interval: '180s' }, {}],
  });
  const { processors } = read('otel-collector/config.yaml');
  expect(processors.batch.timeout).toBe('100ms');
});

test('a span of time that a rule has as a number of seconds is divided, too', () => {
  const text = compressRules().files.get('alerts-closes.yaml');
  expect(text).toMatch(/rate5m\[180s\]\) \* 180 >= 20/);
  expect(text).not.toMatch(/\b3600\b/);
});

/** Everything that a rule says of times, of the shipped one and of its copy. */
const TIMES = /\b(\d+(?:ms|[smhdwy]))\b/g;

test('every rule is compressed or named as left out', () => {
  const { files, omitted } = compressRules();
  const names = (text: string) =>
    (
      parse(text) as {
        groups: { rules: { alert?: string; record?: string }[] }[];
      }
    ).groups.flatMap(({ rules }) =>
      rules.map(({ alert, record }) => alert ?? record ?? ''),
    );
  const shipped = [...files.keys()].flatMap((name) =>
    names(readFileSync(pathOf(`prometheus/rules/${name}`), 'utf8')),
  );
  const kept = [...files.values()].flatMap(names);
  const left = omitted.map((name) => name.split(' ')[0]);
  expect([...kept, ...left].sort()).toEqual(shipped.sort());
  expect(left.length).toBeLessThan(shipped.length / 10);
});

test('every time of every alert is a twentieth of what is shipped', () => {
  const { files } = compressRules();
  for (const [name, text] of files) {
    const shipped = readRules(
      readFileSync(pathOf(`prometheus/rules/${name}`), 'utf8'),
    );
    for (const rule of readRules(text)) {
      const same = shipped.filter((one) => one.key === rule.key);
      const times = rule.code.match(TIMES) ?? [];
      const expected = same.map(({ code }) =>
        (code.match(TIMES) ?? []).map(divideDuration),
      );
      expect(expected).toContainEqual(times);
    }
  }
});

interface Read {
  readonly key: string;
  readonly code: string;
}

function readRules(text: string): Read[] {
  const { groups } = parse(text) as {
    groups: { rules: Record<string, unknown>[] }[];
  };
  return groups.flatMap(({ rules }) =>
    rules.map(({ alert, record, expr, for: pending, labels }) => ({
      key: JSON.stringify([alert ?? record, labels]),
      code: `${expr} for ${pending ?? '0s'}`,
    })),
  );
}

/** The stack's configuration files, compressed, in a folder of the test's. */
async function makeConfigs(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sse-drills-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  copyConfigs(folder, await choosePlaces());
  compressConfigs(folder);
  return folder;
}
