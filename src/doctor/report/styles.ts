import type { Severity } from '../findings/check.ts';

/** Puts colours around texts, or leaves them as they are. */
export interface Styles {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bySeverity: Readonly<Record<Severity, (text: string) => string>>;
}

/** @param hasColors - whether a person looks at it on a terminal. */
export function createStyles(hasColors: boolean): Styles {
  const style = (on: number, off: number) => (text: string) =>
    hasColors ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return {
    bold: style(1, 22),
    dim: style(2, 22),
    good: style(32, 39),
    bySeverity: {
      error: style(31, 39),
      warning: style(33, 39),
      note: style(36, 39),
    },
  };
}

/** What a stream to write to must have; `process.stdout` has it. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Whether an output shows colours: a terminal, where nobody asked for none. */
export function hasColors(
  output: Output,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  return output.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}
