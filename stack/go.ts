/** Runs the `go` command. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';

const MISSING = `The programs of the stack are built with Go, which is missing.
Install Go 1.21 or later, on Debian or Ubuntu:
  apt-get install golang-go
It fetches the version that it needs by itself.`;
/** What a Go before 1.21 says of a newer go.mod. */
const TOO_OLD = /invalid go version|unknown directive: (tool|toolchain)/;
/** Lines of an error that are shown. */
const TAIL = 20;
const PACKAGES_PER_LINE = 200;

/**
 * Runs `go build` for programs of a module.
 *
 * @param out - a folder; each binary is named after its package.
 * @throws Error with the last lines that Go printed.
 */
export async function buildPackages(
  module: string,
  packages: readonly string[],
  out: string,
  tags = '',
): Promise<void> {
  let compiled = 0;
  const flags = ['-v', '-mod=readonly', '-buildvcs=false', `-tags=${tags}`];
  // Without symbols: a third smaller, and sooner linked.
  const args = [...flags, '-ldflags=-s -w', '-o', `${out}/`, ...packages];
  await runGo(module, ['build', ...args], () => {
    compiled += 1;
    if (compiled % PACKAGES_PER_LINE === 0) console.log(`  ${compiled} steps`);
  });
}

/**
 * @param onLine - told of each line on standard error.
 * @returns what it printed on standard output.
 * @throws Error when Go is missing or fails.
 */
export async function runGo(
  cwd: string,
  args: readonly string[],
  onLine: (line: string) => void = () => undefined,
): Promise<string> {
  const child = spawn('go', args, {
    cwd,
    // Some distributions forbid Go to fetch the version that go.mod names.
    env: { GOTOOLCHAIN: 'auto', ...process.env, GOFLAGS: '', GOWORK: 'off' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid !== undefined) {
    setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  }
  const lines: string[] = [];
  let output = '';
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    for (const line of parts) onLine(line);
  });
  const code = await once(child, 'close').then(
    ([code]: (number | null)[]) => code,
    () => {
      throw new Error(MISSING);
    },
  );
  if (code !== 0) {
    const tail = [...lines, rest].slice(-TAIL).join('\n');
    const hint = TOO_OLD.test(tail) ? '\nGo 1.21 or later is needed.' : '';
    throw new Error(`go ${args[0]} failed:\n${tail}${hint}`);
  }
  return output;
}
