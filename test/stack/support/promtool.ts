import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { buildProgram } from '../../../stack/programs.ts';

/** Runs promtool. @returns what it printed. @throws Error with it, when it fails. */
export async function runPromtool(...args: string[]): Promise<string> {
  const run = promisify(execFile);
  return run(await buildProgram('promtool'), args).then(
    ({ stdout }) => stdout,
    (error: { stdout: string; stderr: string }) => {
      throw new Error(
        `promtool ${args.join(' ')}\n${error.stdout}${error.stderr}`,
      );
    },
  );
}
