import { expect, test } from 'vitest';
import { type Batch, listPrograms, runBatch } from './children.ts';
import { HTTP1_ROOMS, HTTP2_ROOMS } from './rooms.ts';

// Each program runs in a bare Node and in one that is instrumented; the two must
// do the same.

for (const room of [...HTTP1_ROOMS, ...HTTP2_ROOMS]) {
  const runBoth = once(() =>
    Promise.all([runBatch(room, false), runBatch(room, true)]),
  );

  test(`${room}: the hook is on in one process only`, async () => {
    const [bare, instrumented] = await runBoth();
    expect(bare.measured).toBeUndefined();
    expect(instrumented.measured?.['opened']).toBeGreaterThan(0);
    expect(instrumented.measured?.['timedWrites']).toBeGreaterThan(0);
    expect(instrumented.measured?.['active']).toBe(0);
  });

  test(`${room}: both processes exit by themselves`, async () => {
    for (const { exit } of await runBoth()) {
      expect(exit).toEqual({ code: 0, signal: null, stderr: '' });
    }
  });

  for (const name of await listPrograms(room)) {
    test(`${room}: ${name}`, async () => {
      const [bare, instrumented] = await runBoth();
      const expected = lanesOf(bare, name);
      expect(expected.filter(hasFailed)).toEqual([]);
      expect(lanesOf(instrumented, name)).toEqual(expected);
    });
  }
}

/** Whether a program did not do what it is there for. */
function hasFailed(line: string): boolean {
  return /^application: (did not end in time|the program itself)/.test(line);
}

/** One line a step: a failure then shows the step that differs. */
function lanesOf({ programs }: Batch, name: string): string[] {
  return Object.entries(programs.get(name) ?? {}).flatMap(([lane, lines]) =>
    lines.map((line) => `${lane}: ${line}`),
  );
}

function once<Value>(start: () => Promise<Value>): () => Promise<Value> {
  let started: Promise<Value> | undefined;
  return () => {
    started ??= start();
    return started;
  };
}
