import {
  type IntervalHistogram,
  monitorEventLoopDelay,
  performance,
} from 'node:perf_hooks';

/** How often the delay is sampled, in milliseconds. */
const RESOLUTION_MS = 20;
/** Length of a window, in milliseconds. */
const WINDOW_MS = 30_000;

/** Seconds of the event loop since the process started, and its delays. */
export interface EventLoopReading {
  readonly eventLoopActive: number;
  readonly eventLoopIdle: number;
  /** Of the current and the previous window of 30 s, whichever is longer. */
  readonly eventLoopDelayP99: number;
  readonly eventLoopDelayMax: number;
}

/** Reads the event loop, until it is stopped. */
export interface EventLoopMonitor {
  read(): EventLoopReading;
  stop(): void;
}

/** Begins to watch the event loop. Keeps no process alive. */
export function monitorEventLoop(): EventLoopMonitor {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let previous = { p99: 0, max: 0 };
  const timer = setInterval(() => {
    previous = readDelays(histogram);
    histogram.reset();
  }, WINDOW_MS);
  timer.unref();
  return {
    read() {
      const { active, idle } = performance.eventLoopUtilization();
      const current = readDelays(histogram);
      return {
        eventLoopActive: active / 1000,
        eventLoopIdle: idle / 1000,
        eventLoopDelayP99: Math.max(previous.p99, current.p99),
        eventLoopDelayMax: Math.max(previous.max, current.max),
      };
    },
    stop() {
      clearInterval(timer);
      histogram.disable();
    },
  };
}

function readDelays(histogram: IntervalHistogram) {
  if (histogram.count === 0) return { p99: 0, max: 0 };
  return {
    p99: secondsOf(histogram.percentile(99)),
    max: secondsOf(histogram.max),
  };
}

/** The histogram has whole periods: the sampling's own is no delay. */
function secondsOf(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1000);
}
