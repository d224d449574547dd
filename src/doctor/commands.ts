import { PACKAGE_VERSION } from '../version.ts';
import { UsageError } from './errors.ts';
import { HELP } from './help.ts';
import { runProbe } from './probe/run-probe.ts';
import { runDoctor, type Terminal } from './run-doctor.ts';
import { runSeries } from './series/run-series.ts';
import { cleanText } from './text.ts';

/** Of a command that was asked wrongly. */
const WRONG = 2;

/** The whole command line. @returns the exit status. */
export async function runCommand(
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const [command, ...rest] = args;
  const { stdout, stderr } = terminal;
  if (args.includes('--version')) {
    stdout.write(`${PACKAGE_VERSION}\n`);
    return 0;
  }
  if (args.includes('--help') || command === 'help') {
    stdout.write(HELP);
    return 0;
  }
  try {
    switch (command) {
      case 'doctor':
        return await runDoctor(rest, terminal);
      case 'probe':
        return await runProbe(rest, terminal);
      case 'series':
        return runSeries(rest, terminal);
      case undefined:
        throw new UsageError(
          'Which command? doctor, probe or series. See --help',
        );
      default:
        throw new UsageError(
          `${JSON.stringify(cleanText(command, 40))} is no command. Write doctor, probe or series; see --help`,
        );
    }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    stderr.write(`${error.message}\n`);
    return WRONG;
  }
}
