import { runCommand } from '../../../src/doctor/commands.ts';

/** What a command wrote, and how it ended. */
export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a command is run. */
export interface RunOptions {
  readonly isTerminal?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Told of each text that it writes. */
  readonly onText?: (text: string) => void;
}

/** Runs the command line in this process. */
export async function runHere(
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ran> {
  const { isTerminal = false, env = {}, onText } = options;
  const written = { stdout: '', stderr: '' };
  const outputTo = (name: keyof typeof written) => ({
    isTTY: isTerminal,
    write(text: string) {
      written[name] += text;
      onText?.(text);
    },
  });
  const status = await runCommand(args, {
    stdout: outputTo('stdout'),
    stderr: outputTo('stderr'),
    env,
    signal: options.signal ?? new AbortController().signal,
  });
  return { status, ...written };
}
