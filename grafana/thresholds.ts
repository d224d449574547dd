/** Where a figure begins to be a worry, and why there. */

/** Warning and alarm; a figure is worse the larger it is, or the smaller. */
export interface Limits {
  readonly warning?: number;
  readonly alarm?: number;
  readonly isWorseBelow?: true;
}

const MEBIBYTE = 1024 * 1024;

/** Every limit. Colours only: alerts have limits and reasons of their own. */
export const LIMITS = {
  /** None is expected, and one is no reason to wake anybody. */
  rather: { warning: 1e-9 },
  /** One is one too many, a whole one: estimated increases have fractions. */
  one: { alarm: 1 },
  /** For the working day. */
  tickets: { warning: 1 },
  /** Time to react while the last fifth fills. */
  connectionRatio: { warning: 0.8, alarm: 0.95 },
  /** Connections of one process: production profile, default. */
  connections: { warning: 5_000, alarm: 10_000 },
  /** One instance has half more than its share, or twice its share. */
  balance: { warning: 1.5, alarm: 2 },
  /** Of closes: one in a hundred is worth a look, one in twenty an incident. */
  abnormalRatio: { warning: 0.01, alarm: 0.05 },
  /** Objective of the open time: 99 % below 1 s. */
  openSeconds: { warning: 0.5, alarm: 1 },
  /** People notice a second; at ten they reload. */
  firstEventSeconds: { warning: 1, alarm: 10 },
  /** Events a second: default, production profile. */
  eventsPerSecond: { warning: 1, alarm: 0.5, isWorseBelow: true },
  /** write() that is slow, and one that holds everything up. */
  writeSeconds: { warning: 0.2, alarm: 0.5 },
  /** Advice: slower than this is worth a look. */
  writeAdviceSeconds: { warning: 0.1 },
  /** Advice: compress events larger than 10 KB. */
  eventAdviceBytes: { warning: 10 * 1024 },
  /** Advice: batch when one connection gets more than 100 a second. */
  eventsAdvicePerConnection: { warning: 100 },
  /** Heap of one process: production profile, default. */
  heapBytes: { warning: 512 * MEBIBYTE, alarm: 1024 * MEBIBYTE },
  /** V8 collects without end from about here. */
  heapRatio: { warning: 0.7, alarm: 0.85 },
  /** A leak is suspected: 0.1 MB/s. */
  heapGrowthPerSecond: { warning: 0.1 * MEBIBYTE },
  /** Half more than its floor of five minutes ago. */
  heapSpike: { warning: 0.5 },
  /** Above 0.8 the tail grows, above 0.95 nothing else gets a turn. */
  loopRatio: { warning: 0.8, alarm: 0.95 },
  /** A tenth of a second is felt by every connection of the process. */
  loopDelaySeconds: { warning: 0.1, alarm: 0.5 },
  /** Every accept fails when they are used up. */
  descriptorRatio: { warning: 0.8, alarm: 0.95 },
  /** One connection may hold 10 MB. */
  queueBytes: { warning: MEBIBYTE, alarm: 10 * MEBIBYTE },
  /** Slow consumers: a few are phones, a tenth is the network or us. */
  blockedRatio: { warning: 0.05, alarm: 0.1 },
  /** A connection may live for a day. */
  ageSeconds: { warning: 86_400 },
  /** Silent: `stallAfterSeconds`, then the half hour that a connection may idle. */
  idleSeconds: { warning: 90, alarm: 1_800 },
  /** In 10 minutes: more than 5 are frequent, more than 10 a pattern. */
  repeatedErrors: { warning: 5, alarm: 10 },
  /** Clients: an event is late after a second. */
  delaySeconds: { alarm: 1 },
  /** Clients: share of events whose listeners took longer than 50 ms. */
  slowHandlerRatio: { warning: 0.01, alarm: 0.05 },
  /** Clients: the longest pause of their back-off. */
  reconnectSeconds: { warning: 30 },
  /** Clients: connected, of the time that they wanted to be. */
  stability: { warning: 0.99, alarm: 0.95, isWorseBelow: true },
  /** A program of the pipeline that is not there, or has a bad configuration. */
  present: { alarm: 1, isWorseBelow: true },
  /** Two exports of 60 s missed, then what the readers of gauges bridge. */
  sampleAgeSeconds: { warning: 120, alarm: 180 },
  /** Probes: a fifth of the events held back is no hiccup. */
  bufferingRatio: { warning: 0.2, alarm: 0.5 },
  /** Renewals come 30 days before the end; at 14 there is a week left to act. */
  certificateSeconds: {
    warning: 14 * 86_400,
    alarm: 3 * 86_400,
    isWorseBelow: true,
  },
  /** A queue: half full says that the other side is slow. */
  queueRatio: { warning: 0.5, alarm: 0.9 },
  /** Series of one instance: the budget of 20 routes. */
  seriesPerInstance: { warning: 3_700 },
  /** A group of rules that takes longer than its interval skips rounds. */
  ruleRatio: { warning: 0.5, alarm: 0.9 },
} as const satisfies Record<string, Limits>;

/** A step of Grafana's: from the value on, the colour. */
export interface Step {
  readonly value: number | null;
  readonly color: string;
}

/** Steps for Grafana, ascending; the first holds below all others. */
export function toSteps(limits: Limits | undefined): Step[] {
  if (limits === undefined) return [{ value: null, color: 'text' }];
  const { warning, alarm, isWorseBelow = false } = limits;
  const orange = warning === undefined ? [] : [{ value: warning }];
  const red = alarm === undefined ? [] : [{ value: alarm }];
  const edges = isWorseBelow ? [...red, ...orange] : [...orange, ...red];
  const colors = [
    'green',
    ...orange.map(() => 'orange'),
    ...red.map(() => 'red'),
  ];
  if (isWorseBelow) colors.reverse();
  return colors.map((color, index) => ({
    color,
    value: edges[index - 1]?.value ?? null,
  }));
}
