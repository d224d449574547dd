/** One metric in an expression, with its matchers. */
export interface Selector {
  /** Name of the series; empty when it is matched by a pattern. */
  readonly name: string;
  readonly matchers: readonly string[];
  /** `5m` of `[5m]`. */
  readonly range?: string;
  /** What it is in, from the outside: `sum by (job)`, `rate`. */
  readonly within: readonly string[];
}

const SELECTOR = /([a-zA-Z_:][\w:]*)?\{([^}]*)\}(?:\[([^\]]*)\])?/g;
const OPENING = /([a-z_]*(?: by \([^)]*\))?) ?$/;

/** Every selector of an expression that has matchers: ours all have. */
export function findSelectors(expression: string): Selector[] {
  return [...expression.matchAll(SELECTOR)].map((found) => {
    const [, name = '', matchers = '', range] = found;
    return {
      name,
      matchers: matchers.match(/[^,\s]+?[=!]~?"(?:[^"\\]|\\.)*"/g) ?? [],
      within: listOpen(expression.slice(0, found.index)),
      ...(range === undefined ? {} : { range }),
    };
  });
}

/** Every word that is no label, no string and no selector. */
export function findWords(expression: string): string[] {
  const bare = expression
    .replaceAll(SELECTOR, ' ')
    .replaceAll(/"[^"]*"/g, ' ')
    .replaceAll(/\b(by|on|group_left) \([^)]*\)/g, ' ')
    .replaceAll(/\[[^\]]*\]|offset \w+/g, ' ');
  return bare.match(/[a-zA-Z_:][\w:]*/g) ?? [];
}

/** What the parentheses are of that are open at the end of the text. */
function listOpen(text: string): string[] {
  const plain = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
  const open: string[] = [];
  for (const [index, character] of [...plain].entries()) {
    if (character === '(') {
      open.push(OPENING.exec(plain.slice(0, index))?.[1] ?? '');
    }
    if (character === ')') open.pop();
  }
  return open.filter((name) => name !== '');
}
