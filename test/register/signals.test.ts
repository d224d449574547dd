import { expect, test } from 'vitest';
import { startChild } from './support/child.ts';
import { openStream } from './support/client.ts';
import { sendTo, startReceiver } from './support/receiver.ts';
import { FREE_PORT } from './support/scrape.ts';

const REASON = 'sse.connection.close_reason';

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test.concurrent(`ends by ${signal} after the last figures, with every stream closed`, async () => {
    await using receiver = await startReceiver();
    await using child = startChild('server.mjs', { env: sendTo(receiver) });
    await child.ask('/once');
    await using stream = await openStream(child);
    child.kill(signal);
    expect(await child.ended).toBe(signal);
    expect(receiver.exports).toHaveLength(1);
    const last = receiver.last();
    const closed = 'sse.server.closed_connections';
    expect(last.sum('sse.server.opened_connections')).toBe(2);
    expect(last.sum(closed)).toBe(2);
    expect(last.sum(closed, { [REASON]: 'shutdown' })).toBe(1);
    expect(last.sum('sse.server.active_connections')).toBe(0);
    expect(last.sum('sse.server.connection.duration')).toBe(2);
    expect(child.stderr()).toBe('');
    await stream.closed;
  });
}

for (const how of ['on', 'once']) {
  for (const when of ['before', 'after']) {
    test.concurrent(`leaves SIGTERM to a listener set by ${how} ${when} the server listens`, async () => {
      await using receiver = await startReceiver();
      await using child = startChild('handler.mjs', {
        args: [how, when, 'leave'],
        env: sendTo(receiver),
      });
      await using stream = await openStream(child);
      await child.waitFor(/^ready$/m);
      child.kill('SIGTERM');
      expect(await child.ended).toBe(7);
      expect(child.stdout().match(/handled/g)).toHaveLength(1);
      // What there was at the signal, then what there was at the end.
      const [atSignal, atEnd] = receiver.exports;
      expect(receiver.exports).toHaveLength(2);
      expect(atSignal?.sum('sse.server.opened_connections')).toBe(1);
      expect(
        atEnd?.sum('sse.server.closed_connections', { [REASON]: 'completed' }),
      ).toBe(1);
      expect(atEnd?.sum('sse.server.active_connections')).toBe(0);
      expect(child.stderr()).toBe('');
      await stream.closed;
    });
  }
}

test.concurrent('leaves the exit code to a listener that calls process.exit()', async () => {
  await using receiver = await startReceiver();
  await using child = startChild('handler.mjs', {
    args: ['on', 'before', 'exit'],
    env: sendTo(receiver),
  });
  await using _stream = await openStream(child);
  child.kill('SIGTERM');
  expect(await child.ended).toBe(7);
  expect(child.stdout()).toMatch(/^handled$/m);
  expect(child.stderr()).toBe('');
});

test.concurrent('ends at the next signal when the listener of the application was for one', async () => {
  await using receiver = await startReceiver();
  await using child = startChild('handler.mjs', {
    args: ['once', 'before', 'stay'],
    env: sendTo(receiver),
  });
  await child.ask('/once');
  child.kill('SIGTERM');
  await receiver.waitFor(() => true);
  await child.ask('/once');
  child.kill('SIGTERM');
  expect(await child.ended).toBe('SIGTERM');
  expect(child.stdout().match(/handled/g)).toHaveLength(1);
  expect(receiver.last().sum('sse.server.closed_connections')).toBe(2);
});

test.concurrent('ends with a listener that ends the process only when it is alone', async () => {
  await using receiver = await startReceiver();
  await using child = startChild('alone.mjs', { env: sendTo(receiver) });
  await child.ask('/once');
  child.kill('SIGTERM');
  expect(await child.ended).toBe('SIGTERM');
  expect(child.stdout()).toMatch(/^cleaned up$/m);
});

test.concurrent('sends the last figures before the listeners of signal-exit end the process', async () => {
  await using receiver = await startReceiver();
  await using child = startChild('alone.mjs', {
    args: ['known'],
    env: sendTo(receiver),
  });
  await child.ask('/once');
  child.kill('SIGTERM');
  expect(await child.ended).toBe('SIGTERM');
  expect(child.stdout()).toMatch(/^cleaned up$/m);
  expect(receiver.last().sum('sse.server.closed_connections')).toBe(1);
});

test.concurrent('has no listener for signals when nothing is sent', async () => {
  await using child = startChild('server.mjs', { env: FREE_PORT });
  await child.ask('/once');
  expect(await child.ask('/listeners')).toBe('0');
  child.kill('SIGTERM');
  expect(await child.ended).toBe('SIGTERM');
});

test.concurrent('ends at once at a second signal, whatever the collector does', async () => {
  await using receiver = await startReceiver(0, 'nothing');
  await using child = startChild('server.mjs', { env: sendTo(receiver) });
  await child.ask('/once');
  child.kill('SIGTERM');
  await receiver.waitFor(() => true);
  const second = performance.now();
  child.kill('SIGTERM');
  expect(await child.ended).toBe('SIGTERM');
  expect(performance.now() - second).toBeLessThan(1500);
});
