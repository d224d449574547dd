import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { type Child, startChild } from './support/child.ts';
import { openStream } from './support/client.ts';
import { sendTo, startReceiver } from './support/receiver.ts';

const CLOSED = 'sse.server.closed_connections';
const ACTIVE = 'sse.server.active_connections';

/** As hosts do that stop a process between two requests. */
async function freeze({ kill, pid }: Child): Promise<void> {
  kill('SIGSTOP');
  const readState = async () => {
    const args = ['-o', 'state=', '-p', String(pid)];
    return (await promisify(execFile)('ps', args)).stdout.trim();
  };
  await until('stopped', readState, (state) => state.startsWith('T'));
}

test.concurrent('a kill loses what was counted since the last export, and no more', async () => {
  await using receiver = await startReceiver();
  await using child = startChild('handler.mjs', {
    args: ['on', 'before', 'stay'],
    env: sendTo(receiver),
  });
  await child.ask('/once');
  // It handles the signal, and what there is until then is sent.
  child.kill('SIGTERM');
  await receiver.waitFor(({ sum }) => sum(CLOSED) === 1);
  await child.ask('/once');
  await using stream = await openStream(child);
  child.kill('SIGKILL');
  expect(await child.ended).toBe('SIGKILL');
  await stream.closed;
  expect(receiver.exports).toHaveLength(1);
  expect(receiver.last().sum(CLOSED)).toBe(1);
});

test.concurrent('a flush after each stream leaves nothing for a kill to lose', async () => {
  await using receiver = await startReceiver();
  await using child = startChild('flushing.mjs', { args: [receiver.url] });
  await child.ask('/once');
  await child.waitFor(/^flushed$/m);
  child.kill('SIGKILL');
  await child.ended;
  expect(receiver.exports).toHaveLength(1);
  expect(receiver.last().sum(CLOSED)).toBe(1);
  expect(receiver.last().sum(ACTIVE)).toBe(0);
});

test.concurrent('a process that is frozen sends nothing, and goes on with its totals', async () => {
  await using receiver = await startReceiver();
  const interval = 300;
  await using child = startChild('server.mjs', {
    env: {
      ...sendTo(receiver),
      OTEL_METRIC_EXPORT_INTERVAL: String(interval),
    },
  });
  await child.ask('/once');
  const stream = await openStream(child);
  await receiver.waitFor(({ sum }) => sum(ACTIVE) === 1);
  await freeze(child);
  const before = receiver.exports.length;
  // It cannot notice that its reader leaves.
  stream.socket.destroy();
  await delay(5 * interval);
  expect(receiver.exports).toHaveLength(before);
  expect(receiver.last().sum(ACTIVE)).toBe(1);

  child.kill('SIGCONT');
  const got = await receiver.waitFor(
    ({ sum }) => sum(CLOSED) === 2 && sum(ACTIVE) === 0,
  );
  const left = { 'sse.connection.close_reason': 'client_disconnect' };
  expect(got.sum(CLOSED, left)).toBe(1);
  // What it missed is not made up for: a few exports, not five more.
  expect(receiver.exports.indexOf(got) - before).toBeLessThan(4);
  await child.ask('/once');
  await receiver.waitFor(({ sum }) => sum(CLOSED) === 3);
  await child.stop();
  expect(child.stderr()).toBe('');
});
