import { table } from '../../../../scripts/docs/markdown.ts';
import type { Detection, DrillResult } from './judge.ts';
import { FACTOR, FLOORS } from './pace.ts';
import type { DrillReport } from './run-drills.ts';

/** The head of {@link listRows}. */
export const HEAD: readonly string[] = [
  'Drill, alert',
  'Fired',
  'Told',
  'Wrong',
];

/** Figures of a drill, for a terminal: seconds of the drill, and of real life. */
export function listRows({
  drill,
  detections,
  wrong,
}: DrillResult): string[][] {
  const others = wrong.join(', ') || 'none';
  return [
    [drill.name, '', '', others],
    ...detections.map((one) => [
      `  ${one.alert}`,
      showTime(one.firedMs),
      showTime(findLast(one)),
    ]),
  ];
}

/** How times of a drill compare with those of real life. */
export function describePace(omitted: readonly string[]): string[] {
  return [
    `A second of a drill is ${FACTOR} s of real life.`,
    ...FLOORS,
    'Left out, since their ranges are longer than 6 h; promtool proves them:',
    ...omitted.map((name) => `  ${name}`),
  ];
}

/** The table of docs/drills.md. */
export function renderResults(results: readonly DrillResult[]): string {
  const rows = results.flatMap((result) => {
    const { drill, detections, wrong } = result;
    const start = [drill.title, `\`${drill.name}\``];
    const end = [listConsequences(result), wrong.join(', ') || 'none'];
    if (detections.length === 0) return [[...start, 'none', '–', '–', ...end]];
    return detections.map((one) => [
      ...start,
      `\`${one.alert}\``,
      showTypical(one.firedMs),
      showTypical(findLast(one)),
      ...end,
    ]);
  });
  return table(
    [
      ...['What happens', 'Drill', 'Must fire', 'Fires after', 'Told after'],
      ...['May fire, and did', 'Should not have'],
    ],
    rows,
  );
}

function listConsequences({ consequences }: DrillResult): string {
  const all = consequences.map(
    ({ alert, isTold }) => `\`${alert}\`${isTold ? '' : ', nobody told'}`,
  );
  return all.join('; ') || 'none';
}

/** All that failed, one line each. */
export function listFailures({
  results,
  strays,
  deaths,
}: DrillReport): string[] {
  return [
    ...results.flatMap(({ drill, failures }) =>
      failures.map((failure) => `${drill.name}: ${failure}`),
    ),
    ...strays.map((stray) => `an alert of no drill: ${stray}`),
    ...deaths,
  ];
}

/** Once the last of its receivers had a message. */
function findLast({ toldMs }: Detection): number | undefined {
  const times = Object.values(toldMs);
  return times.length > 0 ? Math.max(...times) : undefined;
}

function showTime(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return 'never';
  const minutes = (milliseconds * FACTOR) / 60_000;
  const seconds = Math.round(milliseconds / 1000);
  return `${seconds} s = ${minutes.toFixed(1)} min`;
}

function showTypical(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return 'never';
  return `${Math.max(1, Math.round((milliseconds * FACTOR) / 60_000))} min`;
}
