import type { ClientHistogramKey } from '../metrics/client-metrics.ts';
import type { ClientSeries } from '../metrics/client-series.ts';
import { cleanPath } from '../protocol/clean-path.ts';
import type {
  ClientCloseReason,
  ClientErrorType,
  ClientKind,
} from '../semconv.ts';
import { attempt } from './failure.ts';
import type { ClientMonitor } from './monitor.ts';
import { delayOf, readTimestamp } from './sent-at.ts';
import type { SseReceivedEvent } from './types.ts';

/**
 * One event stream of a client, through all its reconnects. Times are
 * milliseconds of the monotonic clock.
 */
export class Connection {
  readonly series: ClientSeries;
  /** Whether it is open after all, when its page comes back. */
  isAlive = (): boolean => true;
  readonly #monitor: ClientMonitor;
  readonly #host: string;
  #state: 'connecting' | 'open' | 'closed' = 'connecting';
  /** Until when its time is in the series. */
  #settled: number;
  #startedAt: number | undefined;
  #lostAt: number | undefined;
  #wasOpen = false;
  #hasLeft = false;
  /** Whether time without it counts as disconnected. */
  #isMissed: boolean;
  #openedAt = 0;
  #lastEventAt: number | undefined;

  /** @param startedAt - when the attempt began. */
  constructor(
    monitor: ClientMonitor,
    url: URL,
    kind: ClientKind,
    startedAt: number,
  ) {
    this.#monitor = monitor;
    this.#host = url.host;
    this.series = monitor.registry.seriesOf(
      url.hostname,
      findTemplate(monitor, url),
      kind,
    );
    this.#startedAt = startedAt;
    this.#settled = startedAt;
    // What an answer to a plain request takes is no time without a connection.
    this.#isMissed = kind === 'eventsource';
    monitor.add(this);
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** @param isAgain - whether it had been open, with an unknown end. */
  open(isAgain = this.#wasOpen): void {
    if (this.#state !== 'connecting') return;
    const now = performance.now();
    this.settle(now);
    this.#state = 'open';
    this.#openedAt = now;
    this.#wasOpen = true;
    this.#hasLeft = false;
    this.#lastEventAt = undefined;
    this.series.active++;
    this.series.opened[isAgain ? 1 : 0].value++;
    if (this.#startedAt !== undefined) {
      const seconds = (now - this.#startedAt) / 1000;
      this.#record('connectionOpenTime', seconds);
    }
    // A page that slept would have a long delay, and its server no fault.
    if (
      this.#lostAt !== undefined &&
      this.#monitor.isVisibleSince(this.#lostAt)
    ) {
      const seconds = (now - this.#lostAt) / 1000;
      this.#record('reconnectDelay', seconds);
    }
  }

  /**
   * Says that it is instead of one that was lost.
   *
   * @param settled - until when the time without it was counted.
   */
  continueFrom(lostAt: number | undefined, settled: number): void {
    this.#lostAt = lostAt;
    this.#wasOpen = lostAt !== undefined;
    this.#isMissed = this.#monitor.isVisibleSince(settled);
    this.#settled = settled;
  }

  /** @param size - bytes, where those of the stream are not known. */
  receive(event: SseReceivedEvent, size = 0): void {
    if (this.#state !== 'open') return;
    const now = performance.now();
    const { series } = this;
    this.#monitor.registry.countEvent(series, event.type);
    series.contentSize += size;
    const last = this.#lastEventAt;
    if (last !== undefined && this.#monitor.isVisibleSince(last)) {
      const seconds = (now - last) / 1000;
      this.#record('eventInterval', seconds);
    }
    this.#lastEventAt = now;
    const delay = this.#readDelay(event);
    if (
      delay !== undefined &&
      this.#monitor.isVisibleSince(now - delay * 1000)
    ) {
      this.#record('eventDelay', delay);
    }
  }

  #readDelay(event: SseReceivedEvent): number | undefined {
    const { options, clocks } = this.#monitor;
    const readSent = options.sentAt ?? readTimestamp;
    const sent = attempt(() => readSent(event), 'the sentAt hook threw');
    if (typeof sent !== 'number') return undefined;
    return delayOf(sent, Date.now() + clocks.offsetOf(this.#host));
  }

  /** Counts time inside the application's listeners. */
  handled(milliseconds: number): void {
    this.#record('eventHandlerDuration', milliseconds / 1000);
  }

  /** It was lost, or could not be opened; the client tries again. */
  lose(): void {
    if (this.#state === 'closed') return;
    const now = performance.now();
    const wasOpen = this.isOpen || this.#hasLeft;
    this.fail(wasOpen ? 'connection_lost' : 'connect_failed');
    this.#hasLeft = false;
    if (this.isOpen) {
      this.#end(now, 'lost');
      this.#lostAt = now;
    }
    // When the client tries again is its secret.
    this.#startedAt = undefined;
    this.#state = 'connecting';
  }

  /** The page is left, perhaps for good: the browser takes it away. */
  leave(): void {
    if (!this.isOpen) return;
    this.#end(performance.now(), 'page');
    this.#startedAt = undefined;
    this.#hasLeft = true;
    this.#state = 'connecting';
  }

  /** The page is back, from the browser's cache of pages. */
  comeBack(): void {
    if (this.#hasLeft && this.isAlive()) this.open(true);
  }

  fail(error: ClientErrorType): void {
    if (this.#state !== 'closed') this.series.errors.of(error).value++;
  }

  /** It ends for good. */
  close(reason: ClientCloseReason): void {
    if (this.#state === 'closed') return;
    const now = performance.now();
    if (this.isOpen) this.#end(now, reason);
    else this.settle(now);
    this.forget();
    this.#monitor.connections.delete(this);
  }

  /** What happens to it from now on is not counted. */
  forget(): void {
    this.#state = 'closed';
  }

  #end(now: number, reason: ClientCloseReason): void {
    this.settle(now);
    this.series.active--;
    this.series.closed.of(reason).value++;
    this.#record('connectionDuration', (now - this.#openedAt) / 1000);
  }

  #record(key: ClientHistogramKey, value: number): void {
    this.#monitor.record(key, value, this.series.attributes);
  }

  /** Adds the time until now to the series. */
  settle(now: number): void {
    const seconds = (now - this.#settled) / 1000;
    this.#settled = now;
    if (this.isOpen) this.series.connectedSeconds += seconds;
    else if (
      this.#state === 'connecting' &&
      this.#isMissed &&
      !this.#monitor.isHidden
    ) {
      this.series.disconnectedSeconds += seconds;
    }
  }
}

function findTemplate({ options }: ClientMonitor, url: URL): string {
  const given = attempt(
    () => options.urlTemplate?.(url),
    'the urlTemplate hook threw',
  );
  return typeof given === 'string' ? given : cleanPath(url.pathname);
}
