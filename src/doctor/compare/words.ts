import type { Styles } from '../report/styles.ts';
import { wrapText } from '../text.ts';
import type { Difference } from './differences.ts';

const COLUMNS = [16, 30, 30] as const;

/** Differences as a table of 80 columns. */
export function writeDifferences(
  rows: readonly Difference[],
  styles: Styles,
): string {
  if (rows.length === 0) return 'No difference between the two.\n';
  const head = styles.bold(writeCells(['', 'directly', 'through the proxy']));
  const lines = rows.map(({ what, direct, proxied }) =>
    writeCells([what, direct, proxied]),
  );
  return `${[head, ...lines].join('\n')}\n`;
}

function writeCells(cells: readonly [string, string, string]): string {
  const wrapped = cells.map((cell, index) =>
    cutWords(cell, COLUMNS[index] ?? 0),
  );
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, row) =>
    wrapped
      .map((lines, index) => (lines[row] ?? '').padEnd(COLUMNS[index] ?? 0))
      .join('  ')
      .trimEnd(),
  ).join('\n');
}

/** As `wrapText`, and a word that is too long is cut. */
function cutWords(text: string, width: number): string[] {
  return wrapText(text, width).flatMap((line) =>
    line.length <= width
      ? [line]
      : (line.match(new RegExp(`.{1,${width}}`, 'gu')) ?? []),
  );
}
