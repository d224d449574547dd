import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type Child, startChild } from '../register/support/child.ts';
import { until } from '../support/poll.ts';

const PROGRAMS = fileURLToPath(new URL('../guard/programs/', import.meta.url));
const ADMITTED = 200;
const STORM = 2000;

function start(program: string, ...args: (number | string)[]): Child {
  return startChild(`${PROGRAMS}${program}`, {
    flags: [],
    args: args.map(String),
    deadlineMs: 110_000,
  });
}

async function portOf(child: Child): Promise<string> {
  const [, port = ''] = await child.waitFor(/^listening (\d+)$/m);
  return port;
}

/** What the clients that stay have seen since the last time. */
async function look(watchers: Child, time: number) {
  watchers.kill('SIGUSR2');
  const [, text = ''] = await watchers.waitFor(
    new RegExp(`^seen ${time} (.*)$`, 'm'),
  );
  return JSON.parse(text) as { p99: number; events: number; lost: number };
}

test('a storm of 2,000 reconnects is shed while those let in keep their interval', async () => {
  await using server = start('watched.mjs', ADMITTED);
  const port = await portOf(server);
  await using watchers = start('watchers.mjs', ADMITTED, port);
  await watchers.waitFor(/^all in$/m);
  await using storm = start('storm.mjs', STORM, port, 5);
  await storm.waitFor(/^ready$/m);
  await look(watchers, 1);
  const calmFrom = performance.now();
  await until('five calm seconds', () => performance.now() - calmFrom > 5000);
  const calm = await look(watchers, 2);
  storm.kill('SIGUSR2');
  const [, answered = ''] = await storm.waitFor(/^answered (.*)$/m, 60_000);
  const stormy = await look(watchers, 3);
  const answers = JSON.parse(answered) as Record<string, number>;
  console.table([
    { when: 'calm', 'p99 ms': Math.round(calm.p99), events: calm.events },
    { when: 'storm', 'p99 ms': Math.round(stormy.p99), events: stormy.events },
  ]);
  expect(answers).toEqual({ admitted: 0, refused: 5 * STORM, failed: 0 });
  expect(stormy.lost).toBe(0);
  expect(JSON.parse(await server.ask('/read'))).toMatchObject({
    connections: ADMITTED,
    refused: { connections: 5 * STORM },
  });
  // With itself, and generously: the clients of the storm have a core of the two.
  expect(stormy.p99).toBeLessThan(4 * calm.p99 + 250);
}, 120_000);
