import { table } from '../../scripts/docs/markdown.ts';
import { describeMachine } from '../report.ts';
import { quantileOf } from '../statistics.ts';
import { fitGrowth, MOST_GROWTH } from './judge.ts';
import type { ClientCounts, Rest, Sample, SoakRecord } from './record.ts';

/** A line for people who wait. */
export function renderProgress(
  sample: Sample | undefined,
  { opened, open }: ClientCounts,
): string {
  const seen =
    sample === undefined
      ? []
      : [
          `heap ${megabytes(sample.heap)} MB`,
          `${sample.descriptors} descriptors`,
          `${sample.series} series`,
          `scrape ${sample.took.toFixed(0)} ms`,
        ];
  return [`${show(opened)} opened`, `${show(open)} open`, ...seen].join(', ');
}

/** The figures for docs/scale.md. */
export function renderSoak(record: SoakRecord): string {
  const { plan, samples, seconds } = record;
  const perSecond = Math.round(plan.total / seconds);
  return [
    `Measured on ${describeMachine()}: ${show(plan.connections)} connections held, ` +
      `${show(plan.total)} opened and closed in ${(seconds / 60).toFixed(1)} minutes ` +
      `(${show(perSecond)} a second), by ${plan.processes} client processes at ` +
      `${plan.addresses} loopback addresses; ${samples.length} scrapes.`,
    renderRests(record),
    `The heap grows by ${fitGrowth(record.plateaus).toFixed(2)} bytes with each ` +
      `connection that was closed; above ${MOST_GROWTH} the soak fails.`,
    renderTimes(record),
  ].join('\n\n');
}

function renderRests({ idle, warm, plateaus, end }: SoakRecord): string {
  const row = (what: string, { clients, sample, usage }: Rest) => [
    what,
    show(sample.opened),
    show(sample.closed),
    show(clients.open),
    show(sample.active),
    megabytes(usage.heap),
    megabytes(usage.rss),
    show(usage.descriptors),
    show(sample.series),
  ];
  return table(
    [
      '',
      'Opened',
      'Closed',
      'Open at clients',
      'Active',
      'Heap, MB',
      'RSS, MB',
      'Descriptors',
      'Series',
    ],
    [
      row('before the first', idle),
      row('after a few of each kind', warm),
      ...plateaus.map((rest) => row('all open', rest)),
      row('all closed', end),
    ],
  );
}

function renderTimes({ samples, collections, plan }: SoakRecord): string {
  const full = samples.filter(({ active }) => active > plan.connections * 0.9);
  const row = (what: string, values: readonly number[]) => [
    what,
    ...[0.5, 0.99, 1].map((quantile) =>
      quantileOf(values, quantile).toFixed(1),
    ),
  ];
  return table(
    ['In milliseconds', 'p50', 'p99', 'max'],
    [
      row('collection: request to last byte, in the server', collections),
      row(
        'scrape, as the scraper sees it',
        full.map(({ took }) => took),
      ),
      row(
        'event loop delay p99, by `sse_process_event_loop_delay_p99_seconds`',
        full.map(({ delay }) => delay * 1000),
      ),
    ],
  );
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function show(number: number): string {
  return number.toLocaleString('en');
}
