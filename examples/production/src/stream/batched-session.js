// A better-sse session that gathers events for a moment and writes them at once.
import { createEventBuffer, Session } from 'better-sse';
import { reportDropped } from 'opentelemetry-instrumentation-sse';

/** Events are JSON text already: one text for all sessions, not one for each. */
const AS_IT_IS = { serializer: String };

export class BatchedSession extends Session {
  /** @type {import('../replay-buffer.js').StreamEvent[]} */
  #queue = [];
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  #dropped = 0;
  #response;
  #limits;

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   * @param {import('better-sse').SessionOptions} options
   * @param {{ batchMs: number, maxQueuedEvents: number }} limits
   */
  constructor(request, response, options, limits) {
    super(request, response, { ...options, ...AS_IT_IS });
    this.#response = response;
    this.#limits = limits;
    this.once('disconnected', () => {
      clearTimeout(this.#timer);
      this.#queue = [];
    });
  }

  /** What a channel calls for each event: in the next batch, not at once. */
  push = (data, type = 'message', id = '') => {
    if (!this.isConnected) return this;
    this.#queue.push({ id, type, data: String(data) });
    if (this.#queue.length > this.#limits.maxQueuedEvents) this.#drop();
    this.#timer ??= setTimeout(() => this.flushBatch(), this.#limits.batchMs);
    return this;
  };

  /** Whether the reader takes less than is sent: memory fills up for it. */
  get isBlocked() {
    return this.#response.writableNeedDrain;
  }

  /** Events that wait for the next batch. */
  get queued() {
    return this.#queue.length;
  }

  /** A slow reader misses the oldest; it is told of it, and so is the metric. */
  #drop() {
    this.#queue.shift();
    this.#dropped++;
    reportDropped(this.#response, 1, 'buffer_full');
  }

  /** Writes what waits, unless the reader is still busy with what it has. */
  flushBatch() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.isConnected || this.#queue.length === 0) return;
    if (this.isBlocked) {
      this.#timer = setTimeout(() => this.flushBatch(), this.#limits.batchMs);
      return;
    }
    const events = this.#queue;
    this.#queue = [];
    this.write((buffer) => {
      if (this.#dropped > 0) {
        const gap = JSON.stringify({ dropped: this.#dropped });
        buffer.event('gap').data(gap).dispatch();
        this.#dropped = 0;
      }
      for (const { data, type, id } of events) buffer.push(data, type, id);
    });
    this.lastId = events.at(-1)?.id ?? this.lastId;
  }

  /**
   * One write, at once.
   *
   * @param {(buffer: import('better-sse').EventBuffer) => void} fill
   */
  write(fill) {
    if (!this.isConnected) return;
    const buffer = createEventBuffer(AS_IT_IS);
    fill(buffer);
    void this.batch(buffer);
  }

  /** The end, with an event that says why. What waits goes first. */
  end(type, data) {
    this.flushBatch();
    this.write((buffer) =>
      buffer.event(type).data(JSON.stringify(data)).dispatch(),
    );
    this.#response.end();
  }

  /** Cut off for an error; `error.type` of the metrics is its code. */
  fail(error) {
    // After what was written in this turn: Node gathers it until the next.
    setImmediate(() => this.#response.destroy(error));
  }
}
