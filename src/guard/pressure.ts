import {
  type EventLoopUtilization,
  type IntervalHistogram,
  monitorEventLoopDelay,
  performance,
} from 'node:perf_hooks';
import type { RejectionReason } from '../semconv.ts';
import { readHeapRatio } from './heap-ratio.ts';
import type { Limits } from './options.ts';
import type { Surroundings } from './surroundings.ts';
import type { PressureLimit } from './types.ts';

/** A limit of the process, and how far it is used. */
export interface Gauge {
  readonly limit: PressureLimit;
  readonly reason: RejectionReason;
  readonly max: number;
  value: number;
}

const SAMPLE_MS = 1000;
/** So many samples make the rolling window. */
const SAMPLES = 5;
/** How often the delay is sampled, in milliseconds. */
const RESOLUTION_MS = 20;

/** Samples what the process has left, once a second, if a limit asks for it. */
export class Pressure {
  readonly gauges: readonly Gauge[];
  readonly #readers = new Map<PressureLimit, () => number>();
  readonly #onSample: () => void;
  #timer: NodeJS.Timeout | undefined;
  #delays: IntervalHistogram | undefined;
  #sampledAt = -Infinity;

  constructor(
    limits: Limits,
    surroundings: Surroundings,
    onSample: () => void,
  ) {
    this.#onSample = onSample;
    this.#readers.set('maxHeapRatio', () =>
      readHeapRatio(surroundings.readHeapLimit()),
    );
    this.#readers.set('maxFileDescriptorRatio', () => {
      const most = surroundings.readFileDescriptorLimit();
      return most ? (surroundings.countFileDescriptors() ?? 0) / most : 0;
    });
    const all: [PressureLimit, RejectionReason][] = [
      ['maxHeapRatio', 'heap'],
      ['maxEventLoopUtilization', 'event_loop'],
      ['maxEventLoopDelaySeconds', 'event_loop'],
      ['maxFileDescriptorRatio', 'file_descriptors'],
    ];
    this.gauges = all
      .map(([limit, reason]) => {
        const max = limits[limit as 'maxHeapRatio'];
        return { limit, reason, max, value: 0 };
      })
      .filter(({ max }) => max < Infinity);
    if (this.gauges.length > 0) this.#start();
  }

  /** The first limit that is passed. */
  findPassed(): Gauge | undefined {
    if (this.gauges.length === 0) return undefined;
    // The timer is late when the loop is busy, which is when it matters.
    if (performance.now() - this.#sampledAt > 1.5 * SAMPLE_MS) this.#sample();
    return this.gauges.find(({ value, max }) => value > max);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#delays?.disable();
  }

  #start(): void {
    const isOn = (limit: PressureLimit) =>
      this.gauges.some((gauge) => gauge.limit === limit);
    if (isOn('maxEventLoopUtilization')) {
      this.#readers.set('maxEventLoopUtilization', createUtilization());
    }
    if (isOn('maxEventLoopDelaySeconds')) {
      const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
      this.#delays = delays;
      delays.enable();
      this.#readers.set('maxEventLoopDelaySeconds', createDelay(delays));
    }
    this.#sample();
    // After all timers of this turn: one of them measures the delay.
    this.#timer = setInterval(() => {
      setImmediate(() => {
        this.#sample();
        this.#onSample();
      }).unref();
    }, SAMPLE_MS);
    this.#timer.unref();
  }

  #sample(): void {
    this.#sampledAt = performance.now();
    for (const gauge of this.gauges) {
      gauge.value = this.#readers.get(gauge.limit)?.() ?? 0;
    }
  }
}

/** Of the last samples, not since the start. */
function createUtilization(): () => number {
  const samples: EventLoopUtilization[] = [performance.eventLoopUtilization()];
  return () => {
    const now = performance.eventLoopUtilization();
    const { active, idle, utilization } = performance.eventLoopUtilization(
      now,
      samples[0],
    );
    samples.push(now);
    if (samples.length > SAMPLES) samples.shift();
    // A moment is always busy: it is the one in which we look.
    return active + idle < SAMPLE_MS / 2 ? 0 : utilization;
  };
}

/** The worst second's p99 of the last samples. */
function createDelay(histogram: IntervalHistogram): () => number {
  const samples: number[] = [];
  return () => {
    const nanoseconds = histogram.count > 0 ? histogram.percentile(99) : 0;
    histogram.reset();
    // The histogram has whole periods: the sampling's own is no delay.
    samples.push(Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1000));
    if (samples.length > SAMPLES) samples.shift();
    return Math.max(...samples);
  };
}
