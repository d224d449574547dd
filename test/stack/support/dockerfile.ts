import { readFileSync } from 'node:fs';
import { pathOf } from './files.ts';

/** One line of a Dockerfile, continued lines joined. */
interface Instruction {
  /** `COPY` and so on. */
  readonly keyword: string;
  readonly text: string;
}

/** What stands between two `FROM`. */
interface Stage {
  readonly name: string;
  /** An image, or the name of another stage. */
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

/** A Dockerfile of this repository. */
export interface Dockerfile {
  readonly stages: ReadonlyMap<string, Stage>;
  /** The default of each `ARG` before the first stage. */
  readonly defaults: ReadonlyMap<string, string>;
}

/** Reads a Dockerfile. @throws Error for what it does not know. */
export function readDockerfile(file: string): Dockerfile {
  const text = readFileSync(pathOf(file), 'utf8');
  const lines = text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages = new Map<string, Stage & { instructions: Instruction[] }>();
  const defaults = new Map<string, string>();
  for (const line of lines) {
    const [, keyword = '', text = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (keyword === '') throw new Error(`${file}: ${line}`);
    const last = [...stages.values()].at(-1);
    if (keyword === 'FROM') {
      const [, base = '', name = ''] = /^(\S+) AS (\S+)$/.exec(text) ?? [];
      stages.set(name, { name, base, instructions: [] });
    } else if (last === undefined) {
      const [name = '', value = ''] = text.split('=');
      defaults.set(name, value);
    } else {
      last.instructions.push({ keyword, text });
    }
  }
  return { stages, defaults };
}

/**
 * Whether a path of the repository reaches the builder. Knows the one form that
 * our `.dockerignore` has: everything is left out but for a list.
 */
export function reachesBuilder(path: string): boolean {
  const lines = readFileSync(pathOf('.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const [all, ...others] = lines;
  if (all !== '*') throw new Error('.dockerignore does not begin with *');
  return others.some(
    (line) =>
      line.startsWith('!') && `${path}/`.startsWith(`${line.slice(1)}/`),
  );
}
