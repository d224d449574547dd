import { table } from '../../scripts/docs/markdown.ts';
import type { RuleGroup } from './prometheus.ts';
import type { Answered } from './questions.ts';
import type { FleetOutcome } from './simulate.ts';

/** Of a query, at 1,000 instances. */
const QUERY_SECONDS = 1;
/** Of its interval a group of rules may take. */
const RULES_SHARE = 0.1;
const SLOWEST = 10;

/** What was measured, as the tables of docs/scale.md. */
export function renderFleet(outcome: FleetOutcome): string {
  return [
    renderFigures(outcome),
    renderGroups(outcome.groups),
    renderDashboards(outcome.answers),
    renderSlowest(outcome.answers),
    renderRecorded(outcome.answers),
  ].join('\n\n');
}

/** What is beyond its limit, a line each. */
export function findMisses({ groups, answers }: FleetOutcome): string[] {
  const slow = answers
    .filter(({ seconds }) => seconds >= QUERY_SECONDS)
    .map(({ name, seconds }) => `${name} takes ${show(seconds)} s`);
  const late = groups
    .filter(
      ({ tookSeconds, intervalSeconds }) =>
        tookSeconds >= intervalSeconds * RULES_SHARE,
    )
    .map(
      ({ name, tookSeconds, intervalSeconds }) =>
        `rules of ${name} take ${show(tookSeconds)} of ${intervalSeconds} s`,
    );
  return [...slow, ...late];
}

function renderFigures(outcome: FleetOutcome): string {
  const { instances, streams, series, recorded, ingestion, steady } = outcome;
  const { samples, seconds, cpuSeconds, walBytes } = ingestion;
  const perMillion = cpuSeconds / (samples / 1e6);
  return table(
    ['What', 'Figure'],
    [
      [
        'instances × streams',
        `${count(instances)} × ${count(streams)} = ${count(outcome.activeStreams)}`,
      ],
      [
        'series that they send',
        `${count(series)}, ${count(series / instances)} each`,
      ],
      ['series that rules add', count(recorded)],
      ['half an hour of samples', `${(samples / 1e6).toFixed(1)} million`],
      [
        'taken in',
        `${seconds.toFixed(0)} s: ${count(samples / seconds)} a second`,
      ],
      ['CPU of Prometheus for a million', `${perMillion.toFixed(1)} s`],
      ['log on the disk, a sample', `${(walBytes / samples).toFixed(1)} bytes`],
      [
        'CPU of Prometheus, rules and all',
        `${steady.cpus.toFixed(2)} of a core`,
      ],
      ['memory of Prometheus', `${(steady.residentBytes / 1e9).toFixed(1)} GB`],
    ],
  );
}

function renderGroups(groups: readonly RuleGroup[]): string {
  const slowest = groups
    .toSorted(
      (a, b) =>
        b.tookSeconds / b.intervalSeconds - a.tookSeconds / a.intervalSeconds,
    )
    .slice(0, SLOWEST);
  return table(
    ['Rules, the slowest groups', 'Longest, s', 'Of the interval'],
    slowest.map(({ name, tookSeconds, intervalSeconds }) => [
      name,
      show(tookSeconds),
      `${((100 * tookSeconds) / intervalSeconds).toFixed(1)} %`,
    ]),
  );
}

function renderDashboards(answers: readonly Answered[]): string {
  const names = [...new Set(answers.map(({ name }) => dashboardOf(name)))];
  return table(
    ['Dashboard', 'Queries', 'All, s', 'Slowest, s'],
    names.map((name) => {
      const own = answers.filter((one) => dashboardOf(one.name) === name);
      const times = own.map(({ seconds }) => seconds);
      return [
        name,
        String(own.length),
        show(times.reduce((sum, time) => sum + time, 0)),
        show(Math.max(...times)),
      ];
    }),
  );
}

function renderSlowest(answers: readonly Answered[]): string {
  const slowest = answers
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, SLOWEST);
  return table(
    ['The slowest queries', 'Series', 's'],
    slowest.map(({ name, series, seconds }) => [
      name,
      count(series),
      show(seconds),
    ]),
  );
}

function renderRecorded(answers: readonly Answered[]): string {
  const rows = answers.flatMap(({ name, seconds, rawSeconds }) =>
    rawSeconds === undefined ? [] : [{ name, seconds, rawSeconds }],
  );
  rows.sort((a, b) => b.rawSeconds - a.rawSeconds);
  return table(
    ['Queries that read recording rules', 'Without, s', 'With, s'],
    rows.map(({ name, seconds, rawSeconds }) => [
      name,
      show(rawSeconds),
      show(seconds),
    ]),
  );
}

function dashboardOf(name: string): string {
  return name.split(' / ')[0] ?? name;
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function show(seconds: number): string {
  return seconds.toFixed(3);
}
