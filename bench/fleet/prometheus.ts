import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { buildProgram } from '../../stack/programs.ts';
import { pathOf } from '../../test/stack/support/files.ts';
import { isAnswered, startProcess } from '../../test/stack/support/process.ts';
import { query } from '../../test/stack/support/prometheus-api.ts';
import { findFreePort } from '../../test/support/ports.ts';

/** Prometheus as the repository configures it, with nobody to scrape. */
export interface FleetPrometheus extends AsyncDisposable {
  readonly url: string;
  /** From now on the rules of prometheus/rules are evaluated. */
  loadRules(): Promise<void>;
  /** What it says of itself. */
  readFigures(): Promise<PrometheusFigures>;
  /** How long the groups of rules took when they were last evaluated. */
  readGroups(): Promise<RuleGroup[]>;
  /** How many series match now. */
  count(selector: string): Promise<number>;
  /** What they add up to. */
  sum(selector: string): Promise<number>;
}

/** What Prometheus costs, and what it has. */
export interface PrometheusFigures {
  readonly series: number;
  /** Since it started. */
  readonly samples: number;
  /** Since it started. */
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  /** On the disk: what was appended and not yet compacted. */
  readonly walBytes: number;
}

/** A group of rules. */
export interface RuleGroup {
  readonly name: string;
  readonly intervalSeconds: number;
  readonly tookSeconds: number;
  /** What went wrong with one of its rules. */
  readonly error: string | undefined;
}

/** Starts it on a free port, without rules. */
export async function startFleetPrometheus(): Promise<FleetPrometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'sse-fleet-'));
  const file = join(folder, 'prometheus.json');
  const shipped = parse(
    readFileSync(pathOf('prometheus/prometheus.yaml'), 'utf8'),
  ) as object;
  const configure = (rules: string[]) =>
    // JSON is YAML.
    writeFileSync(
      file,
      JSON.stringify({
        ...shipped,
        rule_files: rules,
        scrape_configs: [],
        alerting: {},
      }),
    );
  configure([]);
  const url = `http://127.0.0.1:${await findFreePort()}`;
  const running = startProcess(await buildProgram('prometheus'), [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=${new URL(url).host}`,
    '--web.enable-otlp-receiver',
    '--enable-feature=created-timestamp-zero-ingestion',
    '--web.enable-lifecycle',
  ]);
  await running.waitUntil('ready', () => isAnswered(`${url}/-/ready`));
  const queryValue = async (expression: string) => {
    const [sample] = await query(url, expression);
    return sample?.value ?? 0;
  };
  return {
    url,
    count: (selector) => queryValue(`count(${selector})`),
    sum: (selector) => queryValue(`sum(${selector})`),
    async loadRules() {
      configure([pathOf('prometheus/rules/*.yaml')]);
      const { status } = await fetch(`${url}/-/reload`, { method: 'POST' });
      if (status !== 200) throw new Error(`reload: ${status}`);
    },
    async readFigures() {
      const text = await (await fetch(`${url}/metrics`)).text();
      const read = (name: string) =>
        text
          .split('\n')
          .filter((line) => new RegExp(`^${name}[{ ]`).test(line))
          .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
      return {
        series: read('prometheus_tsdb_head_series'),
        samples: read('prometheus_tsdb_head_samples_appended_total'),
        cpuSeconds: read('process_cpu_seconds_total'),
        residentBytes: read('process_resident_memory_bytes'),
        walBytes: read('prometheus_tsdb_wal_storage_size_bytes'),
      };
    },
    async readGroups() {
      const response = await fetch(`${url}/api/v1/rules`);
      const { data } = (await response.json()) as RulesAnswer;
      return data.groups.map(({ name, interval, rules, ...group }) => ({
        name,
        intervalSeconds: interval,
        tookSeconds: group.evaluationTime,
        error: rules.find(({ lastError }) => lastError)?.lastError,
      }));
    },
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface RulesAnswer {
  readonly data: {
    readonly groups: readonly {
      readonly name: string;
      readonly interval: number;
      readonly evaluationTime: number;
      readonly rules: readonly { readonly lastError?: string }[];
    }[];
  };
}
