import type { GrowthPoint } from './growth.ts';

const WIDTH = 720;
const HEIGHT = 260;
const LEFT = 60;
const TOP = 40;
const PANEL = 270;
const DEEP = 150;

interface Line {
  readonly label: string;
  readonly colour: string;
  readonly value: (point: GrowthPoint) => number;
}

/** Two panels over the number of streams, as SVG. */
export function renderGrowth(points: readonly GrowthPoint[]): string {
  const shown = points.filter(({ routes }) => routes === 1);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    '<title>What the hook costs, by open streams</title>',
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    renderPanel(shown, LEFT, 'CPU of one event on one stream, µs', [
      { label: 'with the hook', colour: '#d9480f', value: (p) => p.hooked },
      { label: 'without', colour: '#1864ab', value: (p) => p.bare },
    ]),
    renderPanel(
      shown,
      LEFT + PANEL + 80,
      'heap the hook adds a stream, bytes',
      [{ label: 'added', colour: '#d9480f', value: (p) => p.bytes }],
    ),
    '</svg>',
    '',
  ].join('\n');
}

function renderPanel(
  points: readonly GrowthPoint[],
  left: number,
  title: string,
  lines: readonly Line[],
): string {
  const top =
    Math.max(...lines.flatMap(({ value }) => points.map(value))) * 1.2;
  const x = (index: number) => left + (index * PANEL) / (points.length - 1);
  const y = (value: number) => TOP + DEEP - (value / top) * DEEP;
  const text = (at: number, up: number, content: string, more = '') =>
    `<text x="${at.toFixed(0)}" y="${up.toFixed(0)}" ${more}>${content}</text>`;
  const marks = [0, top / 2, top].map((mark) =>
    text(left - 8, y(mark) + 4, format(mark), 'text-anchor="end" fill="#555"'),
  );
  const names = points.map(({ streams }, index) =>
    text(
      x(index),
      TOP + DEEP + 18,
      streams.toLocaleString('en'),
      'text-anchor="middle" fill="#555"',
    ),
  );
  const drawn = lines.flatMap(({ label, colour, value }, line) => [
    `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.map((point, index) => `${x(index).toFixed(1)},${y(value(point)).toFixed(1)}`).join(' ')}"/>`,
    text(left + line * 110, HEIGHT - 12, label, `fill="${colour}"`),
  ]);
  return [
    text(left, 22, title, 'font-weight="bold"'),
    `<path d="M${left} ${TOP}V${TOP + DEEP}H${left + PANEL}" fill="none" stroke="#999"/>`,
    ...marks,
    ...names,
    ...drawn,
  ].join('\n');
}

function format(value: number): string {
  return value >= 20 ? value.toFixed(0) : value.toFixed(1);
}
