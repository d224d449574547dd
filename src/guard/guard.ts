import type { IncomingMessage } from 'node:http';
import type { RejectionReason } from '../semconv.ts';
import { announce } from './announcement.ts';
import { findReason, type Refused } from './decision.ts';
import { drainStreams } from './drain.ts';
import { attempt } from './failure.ts';
import { type Face, holderOf, REJECTION, requestOf } from './keys.ts';
import { type Limits, resolveLimits } from './options.ts';
import { Pressure } from './pressure.ts';
import { PressureReports } from './pressure-reports.ts';
import { refuse } from './refuse.ts';
import { guardServers } from './servers.ts';
import { drainOnSignal } from './signals.ts';
import { drawRetrySeconds, Streams } from './streams.ts';
import type { Surroundings } from './surroundings.ts';
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

/** See {@link SseGuard}. */
export class Guard implements SseGuard {
  readonly middleware = createMiddleware(this);
  readonly fastify = createFastifyPlugin(this);
  readonly readiness = createReadiness(this);
  readonly #limits: Limits;
  readonly #surroundings: Surroundings;
  readonly #streams: Streams;
  readonly #pressure: Pressure;
  readonly #reports: PressureReports;
  readonly #refused: Partial<Record<RejectionReason, number>> = {};
  readonly #undo: (() => void)[] = [];
  #drained: Promise<DrainResult> | undefined;
  #isStopped = false;

  constructor(options: SseGuardOptions, surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#limits = resolveLimits(options, surroundings);
    this.#reports = new PressureReports(this.#limits.onPressure);
    this.#streams = new Streams(this.#limits, () => this.#review());
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
      [...this.#streams.ledger.held],
      this.#streams.endings,
      options ?? {},
      () => this.#streams.size,
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
      meet: (response) => this.#streams.meet(response as Face),
    });
    this.#undo.push(undo);
    return undo;
  }

  read(): SseGuardReading {
    return {
      connections: this.#streams.size,
      maxConnections: this.#maxConnections,
      isDraining: this.isDraining,
      pressures: this.#reports.over(),
      refused: { ...this.#refused },
      ended: { ...this.#streams.ended },
    };
  }

  stop(): void {
    this.#isStopped = true;
    for (const undo of this.#undo.splice(0)) undo();
    this.#pressure.stop();
    this.#streams.stop();
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
    if (this.#isStopped || this.#streams.heldBy(holder) !== undefined)
      return true;
    if (holder.headersSent || holder.destroyed) return true;
    const request = requestOf(given, face);
    if (!this.#limits.isStream(request)) return true;
    const route = this.#limits.routeOf(request);
    const hasClientLimit = this.#limits.maxPerClient < Infinity;
    const client = hasClientLimit ? this.#limits.clientOf(request) : undefined;
    const refused = this.isDraining
      ? ({ reason: 'draining' } as const)
      : findReason(this.#limits, this.#pressure, this.#streams.ledger, {
          request,
          route,
          client,
        });
    if (refused !== undefined && this.#refuse(face, request, route, refused)) {
      return false;
    }
    this.#streams.hold(face, request, route, client);
    return true;
  }

  #refuse(
    face: Face,
    request: IncomingMessage,
    route: string,
    { reason, value, max }: Refused,
  ): boolean {
    const { onRefusal, isStatusOnly } = this.#limits;
    const refusal: SseRefusal = {
      reason,
      route,
      value,
      max,
      retrySeconds: drawRetrySeconds(this.#limits),
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

  #review(): void {
    const { maxConnections } = this.#limits;
    const connections = this.#streams.size;
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
}
