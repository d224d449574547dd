import { execFileSync } from 'node:child_process';
import { PROGRAM } from './chromium.ts';

/** Says which browser is tested. */
export function setup(): void {
  const version = execFileSync(PROGRAM, ['--version'], {
    encoding: 'utf8',
    // Debian's script says more than we asked.
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  console.log(version.trim());
}
