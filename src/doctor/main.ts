#!/usr/bin/env node
import { runCommand } from './commands.ts';

const stop = new AbortController();
// The second time nobody wants to wait for a report.
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => stop.abort());
}
const { stdout, stderr, env } = process;
// `| head` has read enough.
stdout.on('error', () => process.exit());
process.exitCode = await runCommand(process.argv.slice(2), {
  stdout,
  stderr,
  env,
  signal: stop.signal,
});
