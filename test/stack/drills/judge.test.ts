import { expect, test } from 'vitest';
import type { Drill } from './support/drill.ts';
import { type Evidence, judge } from './support/judge.ts';

const drill: Drill = {
  name: 'heap-growth',
  title: 'the heap grows',
  expected: ['SseHeapGrowing'],
  allowed: { SseHeapLarge: 'it grows on' },
  watched: '5m',
  run: async () => undefined,
};
const FAULT_AT = 1_000_000;

function fire(alert: string, afterMs: number, severity = 'warning') {
  return { alert, severity, labels: {}, at: FAULT_AT + afterMs };
}

function tell(
  alert: string,
  afterMs: number,
  receivers: readonly ('mail' | 'slack' | 'webhook')[],
  job = 'sse/heap-growth',
) {
  const at = FAULT_AT + afterMs;
  return receivers.map((receiver) => ({ alert, job, receiver, at }));
}

const PASSED: Evidence = {
  drill,
  faultAt: FAULT_AT,
  firings: [fire('SseHeapGrowing', 9000), fire('SseHeapGrowing', 8000)],
  notifications: tell('SseHeapGrowing', 8500, ['mail', 'slack', 'webhook']),
  failures: [],
};

test('a drill passes when the alert fires and reaches everybody', () => {
  const { detections, wrong, failures } = judge(PASSED);
  expect(failures).toEqual([]);
  expect(wrong).toEqual([]);
  expect(detections).toEqual([
    {
      alert: 'SseHeapGrowing',
      firedMs: 8000,
      toldMs: { mail: 8500, slack: 8500, webhook: 8500 },
      silent: [],
    },
  ]);
});

test('advice reaches the webhook, and has to reach nobody else', () => {
  const { failures } = judge({
    ...PASSED,
    firings: [fire('SseHeapGrowing', 8000, 'info')],
    notifications: tell('SseHeapGrowing', 8500, ['webhook']),
  });
  expect(failures).toEqual([]);
});

const FAILURES: readonly (readonly [
  what: string,
  change: Partial<Evidence>,
  failures: readonly string[],
])[] = [
  [
    'an alert that does not fire',
    { firings: [] },
    ['SseHeapGrowing did not fire'],
  ],
  [
    'a receiver that hears nothing',
    { notifications: tell('SseHeapGrowing', 1, ['slack', 'webhook']) },
    ['SseHeapGrowing did not reach mail'],
  ],
  [
    'a ticket that is told as its advice is',
    {
      firings: [fire('SseHeapGrowing', 1, 'info'), fire('SseHeapGrowing', 2)],
      notifications: tell('SseHeapGrowing', 1, ['webhook']),
    },
    ['SseHeapGrowing did not reach mail, slack'],
  ],
  [
    "another job's message",
    {
      notifications: tell(
        'SseHeapGrowing',
        1,
        ['mail', 'slack', 'webhook'],
        'x',
      ),
    },
    ['SseHeapGrowing did not reach mail, slack, webhook'],
  ],
  [
    'an alert before the fault',
    { firings: [fire('SseHeapGrowing', -1), fire('SseHeapGrowing', 1)] },
    ['SseHeapGrowing (warning) fired: {}'],
  ],
  [
    'an alert that nobody expects',
    { firings: [fire('SseQueueLarge', 1), ...PASSED.firings] },
    ['SseQueueLarge (warning) fired: {}'],
  ],
  ['an error of the drill', { failures: ['no client'] }, ['no client']],
];

test.each(FAILURES)('a drill fails by %s', (_, change, failures) => {
  expect(judge({ ...PASSED, ...change }).failures).toEqual(failures);
});

test('a consequence may fire, and is known to be kept back', () => {
  const { consequences, failures } = judge({
    ...PASSED,
    firings: [fire('SseHeapLarge', 1), ...PASSED.firings],
  });
  expect(failures).toEqual([]);
  expect(consequences).toEqual([{ alert: 'SseHeapLarge', isTold: false }]);
});
