import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compressRules } from './compress-rules.ts';
import { BATCH_MS, divideDuration, INTERVAL_MS } from './pace.ts';

const PATIENCE =
  /\b(group_wait|group_interval|repeat_interval|resolve_timeout): (\w+)/g;
const INTERVALS = /\b(scrape_interval|evaluation_interval): \w+/g;
const BATCH = /(batch:\n(?:\s*#.*\n)*\s+timeout:) \w+/g;

/** Flags of Prometheus that are times, and have no place in its configuration. */
export const PROMETHEUS_FLAGS: readonly string[] = [
  `--query.lookback-delta=${divideDuration('5m')}`,
  `--rules.alert.resend-delay=${divideDuration('1m')}`,
];

/** Divides the times of the stack's copied configuration files. */
export function compressConfigs(folder: string): void {
  const edit = (path: string, pattern: RegExp, replace: Replace) => {
    const text = readFileSync(join(folder, path), 'utf8');
    const edited = text.replace(pattern, replace);
    if (edited === text) throw new Error(`${path} has no ${pattern}`);
    writeFileSync(join(folder, path), edited);
  };
  edit(
    'alertmanager/alertmanager.yaml',
    PATIENCE,
    (_, name = '', time = '') => `${name}: ${divideDuration(time)}`,
  );
  edit(
    'prometheus/prometheus.yaml',
    INTERVALS,
    (_, name = '') => `${name}: ${INTERVAL_MS}ms`,
  );
  edit(
    'otel-collector/config.yaml',
    BATCH,
    (_, before = '') => `${before} ${BATCH_MS}ms`,
  );
  const rules = join(folder, 'prometheus', 'rules');
  for (const name of readdirSync(rules)) rmSync(join(rules, name));
  for (const [name, text] of compressRules().files) {
    writeFileSync(join(rules, name), text);
  }
}

type Replace = (found: string, ...groups: string[]) => string;
