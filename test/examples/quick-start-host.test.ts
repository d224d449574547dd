import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { findFreePort } from '../support/ports.ts';

/** A program of the example, until it is disposed of. */
function start(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
) {
  const folder = new URL('../../examples/quick-start/', import.meta.url);
  const path = fileURLToPath(new URL(file, folder));
  const child = spawn(process.execPath, [path, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  return {
    output: () => printed,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await closed;
    },
  };
}

test('the server listens on HOST', async () => {
  const port = await findFreePort();
  const env = { HOST: '::1', PORT: String(port) };
  await using server = start('server.mjs', [], env);
  const url = `http://[::1]:${port}/`;
  await until('the server', () => server.output() === `${url}\n`);
  const response = await fetch(`${url}health`);
  expect(await response.text()).toBe('ok\n');
  await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
});

test('npm start stays on this machine, whatever HOST the shell has', async () => {
  const env = {
    HOST: '192.0.2.1',
    PORT: '0',
    OTEL_EXPORTER_PROMETHEUS_PORT: '0',
  };
  await using quickStart = start('start.mjs', ['--no-load'], env);
  await until('the address', () => quickStart.output().includes('Load '));
  expect(quickStart.output()).toMatch(/^Page +http:\/\/127\.0\.0\.1:\d+\/$/m);
});
