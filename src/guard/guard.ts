import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { RejectionReason } from '../semconv.ts';
import { announce } from './announcement.ts';
import { findReason, type Refused } from './decision.ts';
import { drainStreams } from './drain.ts';
import { Endings } from './ending.ts';
import { attempt } from './failure.ts';
import { type EndReason, Held } from './held.ts';
import { type Face, holderOf, REJECTION, requestOf } from './keys.ts';
import { retryLine } from './last-words.ts';
import { Ledger } from './ledger.ts';
import { type Limits, resolveLimits } from './options.ts';
import { Pressure } from './pressure.ts';
import { PressureReports } from './pressure-reports.ts';
import { refuse } from './refuse.ts';
import { guardServers } from './servers.ts';
import { drainOnSignal } from './signals.ts';
import type { Surroundings } from './surroundings.ts';
import { sweep } from './sweep.ts';
import type {
  DrainOptions,
  DrainResult,
  GuardedRequest,
  GuardedResponse,
  SseGuard,
  SseGuardOptions,
  SseGuardReading,
  SseRefusal,
} from './types.ts';
import {
  createFastifyPlugin,
  createMiddleware,
  createReadiness,
} from './ways-in.ts';

/** How often endings go on; streams are looked at every fourth time. */
const TICK_MS = 250;

/** See {@link SseGuard}. */
export class Guard implements SseGuard {
  readonly middleware = createMiddleware(this);
  readonly fastify = createFastifyPlugin(this);
  readonly readiness = createReadiness(this);
  readonly #limits: Limits;
  readonly #surroundings: Surroundings;
  readonly #ledger = new Ledger();
  readonly #pressure: Pressure;
  readonly #reports: PressureReports;
  readonly #endings = new Endings((reason) => this.#count(reason));
  readonly #refused: Partial<Record<RejectionReason, number>> = {};
  readonly #ended: Partial<Record<EndReason, number>> = {};
  readonly #undo: (() => void)[] = [];
  /** Holds what the guard knows of a response: other guards have their own. */
  readonly #key = Symbol('sse.guard.held');
  readonly #onClose: (this: object) => void;
  #drained: Promise<DrainResult> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;
  #isStopped = false;

  constructor(options: SseGuardOptions, surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#limits = resolveLimits(options, surroundings);
    this.#reports = new PressureReports(this.#limits.onPressure);
    this.#pressure = new Pressure(this.#limits, surroundings, () =>
      this.#review(),
    );
    const guard = this;
    this.#undo.push(
      announce({
        maxConnections: this.#maxConnections,
        get reasons(): readonly RejectionReason[] {
          const { reasons } = guard.#limits;
          return guard.isDraining ? [...reasons, 'draining'] : reasons;
        },
      }),
    );
    // One function for all streams: it finds what is held by its `this`.
    this.#onClose = function (): void {
      const held = guard.#heldBy(this);
      if (held !== undefined) guard.#release(held);
    };
  }

  get isDraining(): boolean {
    return this.#drained !== undefined;
  }

  admit(request: GuardedRequest, response: GuardedResponse): boolean {
    return (
      attempt('admit', () => this.#decide(request, response as Face)) ?? true
    );
  }

  drain(options: DrainOptions = {}): Promise<DrainResult> {
    this.#drained ??= drainStreams(
      [...this.#ledger.held],
      this.#endings,
      options ?? {},
      () => this.#ledger.held.size,
    );
    return this.#drained;
  }

  drainOnSignal(
    options: DrainOptions & { signals?: readonly NodeJS.Signals[] } = {},
  ): () => void {
    const undo = drainOnSignal(
      options.signals ?? ['SIGTERM'],
      () => this.drain(options),
      this.#surroundings,
    );
    this.#undo.push(undo);
    return undo;
  }

  guardServers({ readinessPath = '' } = {}): () => void {
    const undo = guardServers({
      admit: (request, response) => this.admit(request, response),
      answer: (request, response) => {
        if (readinessPath === '' || request.url !== readinessPath) return false;
        this.readiness(request, response);
        return true;
      },
      meet: (response) => this.#meet(response as Face),
    });
    this.#undo.push(undo);
    return undo;
  }

  read(): SseGuardReading {
    return {
      connections: this.#ledger.held.size,
      maxConnections: this.#maxConnections,
      isDraining: this.isDraining,
      pressures: this.#reports.over(),
      refused: { ...this.#refused },
      ended: { ...this.#ended },
    };
  }

  stop(): void {
    this.#isStopped = true;
    for (const undo of this.#undo.splice(0)) undo();
    this.#pressure.stop();
    clearInterval(this.#timer);
    for (const held of [...this.#ledger.held]) this.#release(held);
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  get #maxConnections(): number | undefined {
    const { maxConnections } = this.#limits;
    return maxConnections === Infinity ? undefined : maxConnections;
  }

  #decide(given: GuardedRequest, face: Face): boolean {
    const holder = holderOf(face);
    if (this.#isStopped || this.#heldBy(holder) !== undefined) return true;
    if (holder.headersSent || holder.destroyed) return true;
    const request = requestOf(given, face);
    if (!this.#limits.isStream(request)) return true;
    const route = this.#limits.routeOf(request);
    const hasClientLimit = this.#limits.maxPerClient < Infinity;
    const client = hasClientLimit ? this.#limits.clientOf(request) : undefined;
    const refused = this.isDraining
      ? ({ reason: 'draining' } as const)
      : findReason(this.#limits, this.#pressure, this.#ledger, {
          request,
          route,
          client,
        });
    if (refused !== undefined && this.#refuse(face, request, route, refused)) {
      return false;
    }
    this.#hold(face, request, route, client);
    return true;
  }

  #refuse(
    face: Face,
    request: IncomingMessage,
    route: string,
    { reason, value, max }: Refused,
  ): boolean {
    const { retrySeconds, onRefusal, isStatusOnly } = this.#limits;
    const refusal: SseRefusal = {
      reason,
      route,
      value,
      max,
      retrySeconds: retrySeconds * (1 + Math.random()),
    };
    this.#review();
    const holder = holderOf(face);
    holder[REJECTION] = { reason, route };
    attempt('refuse', () => refuse(face, request, refusal, isStatusOnly));
    // Once its headers are sent, the application must not answer it too.
    if (!holder.headersSent && !holder.destroyed) {
      delete holder[REJECTION];
      return false;
    }
    this.#refused[reason] = (this.#refused[reason] ?? 0) + 1;
    if (onRefusal !== undefined) {
      attempt('the onRefusal option', () => onRefusal(refusal, request));
    }
    return true;
  }

  #hold(
    face: Face,
    request: IncomingMessage,
    route: string,
    client: string | undefined,
  ): void {
    const { maxConnectionMs, connectionJitter } = this.#limits;
    const part = 1 - connectionJitter * Math.random();
    const expiresAt = performance.now() + maxConnectionMs * part;
    const held = new Held(face, request, route, client, expiresAt);
    Object.defineProperty(held.holder, this.#key, {
      configurable: true,
      writable: true,
      enumerable: false,
      value: held,
    });
    this.#ledger.add(held);
    // A library may have replaced `once`.
    EventEmitter.prototype.once.call(held.holder, 'close', this.#onClose);
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS).unref();
  }

  /** HTTP/2's compatible response of a stream that was let in. */
  #meet(face: Face): void {
    const held = this.#heldBy(holderOf(face));
    if (held !== undefined) held.face = face;
  }

  #release(held: Held): void {
    this.#endings.forget(held);
    if (!this.#ledger.remove(held)) return;
    Reflect.set(held.holder, this.#key, undefined);
    if (this.#ledger.held.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#review();
  }

  #heldBy(holder: object): Held | undefined {
    return (holder as Record<symbol, Held | undefined>)[this.#key];
  }

  #tick(): void {
    attempt('a sweep', () => {
      this.#endings.advance();
      if (++this.#ticks % 4 !== 0) return;
      for (const held of this.#ledger.held) {
        if (held.hasVanished) this.#release(held);
      }
      sweep(this.#ledger.held, this.#limits, this.#endings, () =>
        retryLine(this.#drawRetryMs()),
      );
      this.#review();
    });
  }

  #drawRetryMs(): number {
    return Math.round(this.#limits.retrySeconds * 1000 * (1 + Math.random()));
  }

  #review(): void {
    const { maxConnections } = this.#limits;
    const connections = this.#ledger.held.size;
    this.#reports.review(
      maxConnections === Infinity
        ? this.#pressure.gauges
        : [
            ...this.#pressure.gauges,
            {
              limit: 'maxConnections',
              max: maxConnections,
              value: connections,
            },
          ],
    );
  }

  #count(reason: EndReason): void {
    this.#ended[reason] = (this.#ended[reason] ?? 0) + 1;
  }
}
