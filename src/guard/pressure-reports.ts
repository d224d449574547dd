import { attempt } from './failure.ts';
import type { PressureLimit, SseGuardOptions, SsePressure } from './types.ts';

/** Tells the user when a limit of the process is passed, and when no longer. */
export class PressureReports {
  readonly #onPressure: SseGuardOptions['onPressure'];
  readonly #over = new Map<PressureLimit, SsePressure>();

  constructor(onPressure: SseGuardOptions['onPressure']) {
    this.#onPressure = onPressure;
  }

  /** The limits that are passed. */
  over(): SsePressure[] {
    return [...this.#over.values()];
  }

  /** Compares with the last time. */
  review(gauges: readonly Omit<SsePressure, 'isOver'>[]): void {
    for (const { limit, value, max } of gauges) {
      const isOver = limit === 'maxConnections' ? value >= max : value > max;
      const pressure = { limit, value, max, isOver };
      const wasOver = this.#over.has(limit);
      if (isOver) this.#over.set(limit, pressure);
      else this.#over.delete(limit);
      if (isOver !== wasOver) this.#tell(pressure);
    }
  }

  #tell(pressure: SsePressure): void {
    const onPressure = this.#onPressure;
    if (onPressure === undefined) return;
    attempt('the onPressure option', () => onPressure(pressure));
  }
}
