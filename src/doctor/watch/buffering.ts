import type { ArrivedEvent, Buffering, Ending } from './stream-report.ts';

/** What tells held-back events from others. */
export interface Arrivals {
  readonly events: readonly ArrivedEvent[];
  /** When bytes came, since the headers. */
  readonly times: readonly number[];
  /** Pauses in which nothing came, and how many of them an event was cut by. */
  readonly pauses: number;
  readonly cuts: number;
  readonly ending: Ending;
  /** From the request to the headers: an answer may be held back as a whole. */
  readonly headersMs: number;
  readonly endMs: number;
}

/** Nothing for so long divides two bursts, ms. */
const APART_MS = 50;
/** Held for less is the network, ms. */
const HELD_MS = 250;
/** A stream that was collected until its end took at least so long, ms. */
const COLLECTED_MS = 1000;

/**
 * Whether something held events back, by what a client can see: time stamps that
 * say otherwise, pauses in the middle of events, or all at once at the end. Events
 * that come in bursts are no sign by themselves: servers have clocks that tick.
 */
export function findBuffering(arrivals: Arrivals): Buffering {
  const bursts = listBursts(arrivals.times);
  const every = median(gapsOf(bursts));
  const seen = {
    bursts: bursts.length,
    ...(every !== undefined && { burstEveryMs: every }),
  };
  return { ...seen, ...judge(arrivals, bursts.length) };
}

type Judgement = Omit<Buffering, 'burstEveryMs' | 'bursts'>;

function judge(arrivals: Arrivals, bursts: number): Judgement {
  const { events, pauses, cuts, ending, endMs } = arrivals;
  const stamped = judgeStamps(events, arrivals.headersMs);
  if (stamped !== undefined && stamped.held > 0) return stamped;
  if (cuts >= 2 && cuts * 2 >= pauses) {
    return { by: 'cuts', ratio: cuts / pauses, considered: pauses, held: cuts };
  }
  const waited = arrivals.headersMs + (arrivals.times[0] ?? 0);
  const isWhole = ending === 'completed' && bursts === 1 && events.length >= 3;
  if (
    isWhole &&
    waited >= COLLECTED_MS &&
    endMs - (events[0]?.atMs ?? 0) < APART_MS
  ) {
    const all = events.length;
    return { by: 'end', ratio: 1, considered: all, held: all, heldMs: waited };
  }
  if (stamped !== undefined) return stamped;
  return {
    considered: events.length,
    held: 0,
    // A pause that no event was cut by says that events come as they are sent.
    ...(pauses > 0 && events.length >= 2 && { ratio: 0 }),
  };
}

function judgeStamps(
  events: readonly ArrivedEvent[],
  headersMs: number,
): Judgement | undefined {
  const stamped = events.flatMap(({ atMs, stampMs, grainMs = 1 }) =>
    stampMs === undefined ? [] : [{ atMs, stampMs, grainMs }],
  );
  if (stamped.length < 3 || !areSendTimes(stamped.map((one) => one.stampMs))) {
    return undefined;
  }
  const offset = Math.min(...stamped.map((one) => one.atMs - one.stampMs));
  const holds = stamped.flatMap(({ atMs, stampMs, grainMs }) => {
    const madeAt = stampMs + offset;
    // Made before we asked: kept for whoever comes, not held back.
    if (madeAt < -headersMs - grainMs) return [];
    return [
      { heldMs: atMs - madeAt, limit: Math.max(HELD_MS, grainMs * 1.25) },
    ];
  });
  if (holds.length < 3) return undefined;
  const held = holds.filter(({ heldMs, limit }) => heldMs > limit);
  return {
    by: 'stamps',
    ratio: held.length / holds.length,
    considered: holds.length,
    held: held.length,
    heldMs: Math.max(...holds.map(({ heldMs }) => heldMs)),
  };
}

/** Times in order and not all the same; else they are of something else. */
function areSendTimes(stamps: readonly number[]): boolean {
  const isRising = stamps.every(
    (ms, i) => i === 0 || ms >= (stamps[i - 1] ?? 0),
  );
  return isRising && new Set(stamps).size >= 3;
}

function listBursts(times: readonly number[]): number[] {
  return times.filter(
    (ms, i) => i === 0 || ms - (times[i - 1] ?? 0) >= APART_MS,
  );
}

/** Differences of neighbours. */
export function gapsOf(times: readonly number[]): number[] {
  return times.slice(1).map((ms, i) => ms - (times[i] ?? 0));
}

/** The value in the middle, none of an empty list. */
export function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
