import { formatValue, type Value, type Values } from './values.ts';

const PLACE = /\$\{([a-z0-9_]+)(?:\|([a-z]+))?\}/g;
const ALERT = /^( *)- alert: (\w+)$/;
/** Addresses and patterns explain themselves. */
const WITHOUT_REASON = /_base_url$/;
const WIDTH = 88;

/**
 * Puts values into hand-written rules, and writes beside each alert why those that it
 * uses are what they are.
 *
 * @param text - YAML with `${name}` or `${name|form}`; see {@link formatValue}.
 * @throws Error for a name that has no value.
 */
export function fillRules(text: string, values: Values): string {
  const find = (name: string): Value => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`no value ${name}`);
    return value;
  };
  const lines = text.split('\n');
  const filled = lines.flatMap((line, index) => {
    const whole = line.replace(PLACE, (_, name: string, form?: string) =>
      formatValue(find(name).value, form),
    );
    const [, indent] = ALERT.exec(line) ?? [];
    if (indent === undefined) return [whole];
    const block = takeBlock(lines, index);
    const reasons = listNames(block).map((name) => {
      const { value, reason } = find(name);
      return `${value}: ${reason}`;
    });
    return [
      whole,
      ...reasons.flatMap((one) => wrapComment(one, `${indent}  # `)),
    ];
  });
  return filled.join('\n');
}

/** The names of all values that a text uses, in their order. */
export function listNames(text: string): string[] {
  const names = [...text.matchAll(PLACE)].map(([, name = '']) => name);
  return [...new Set(names)].filter((name) => !WITHOUT_REASON.test(name));
}

function takeBlock(lines: readonly string[], start: number): string {
  const rest = lines.slice(start + 1);
  const length = rest.findIndex((line) => /^ *- (alert|name):/.test(line));
  return rest.slice(0, length < 0 ? undefined : length).join('\n');
}

function wrapComment(text: string, prefix: string): string[] {
  const lines: string[] = [];
  let line = prefix.trimEnd();
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = prefix + word;
    } else line += ` ${word}`;
  }
  return [...lines, line];
}
