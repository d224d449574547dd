/** Sends single points as an SDK would, by OTLP/JSON, with a clock of its own. */
import { expect } from 'vitest';

const TEMPORALITY = { delta: 1, cumulative: 2 } as const;

/** Who sends. */
export interface SenderOptions {
  /** Of the Collector. */
  readonly url: string;
  readonly temporality: keyof typeof TEMPORALITY;
  /** Attributes of its resource, beside `service.name`. */
  readonly resource?: Readonly<Record<string, string>>;
  /** How far its clock is ahead of this machine's. */
  readonly clockOffsetMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One metric, as it is sent. */
export interface Figures {
  readonly name: string;
  /** Whether it can fall. @defaultValue false */
  readonly isLevel?: boolean;
  readonly points: readonly {
    readonly value: number;
    readonly attributes?: Readonly<Record<string, string>>;
  }[];
}

/** @returns the status that the Collector answered with. */
export type Send = (...metrics: readonly Figures[]) => Promise<number>;

/** A page or a server, as far as the Collector can tell. */
export function createSender({
  url,
  temporality,
  resource = {},
  clockOffsetMs = 0,
  headers = {},
}: SenderOptions): Send {
  const readClock = () => `${Date.now() + clockOffsetMs}000000`;
  // Before its first value, as counters that are not observed.
  const started = `${Date.now() + clockOffsetMs - 5000}000000`;
  let last = started;
  return async (...metrics) => {
    const now = readClock();
    const startTimeUnixNano = temporality === 'delta' ? last : started;
    last = now;
    const response = await fetch(`${url}/v1/metrics`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify({
        resourceMetrics: [
          {
            resource: {
              attributes: toAttributes({ 'service.name': 'page', ...resource }),
            },
            scopeMetrics: [
              {
                scope: { name: 'test' },
                metrics: metrics.map(({ name, points, isLevel }) => ({
                  name,
                  sum: {
                    aggregationTemporality: TEMPORALITY[temporality],
                    isMonotonic: isLevel !== true,
                    dataPoints: points.map(({ value, attributes = {} }) => ({
                      attributes: toAttributes(attributes),
                      startTimeUnixNano,
                      timeUnixNano: now,
                      asInt: String(value),
                    })),
                  },
                })),
              },
            ],
          },
        ],
      }),
    });
    await response.arrayBuffer();
    return response.status;
  };
}

/** Sends, and is sure that it was taken. */
export async function deliver(
  send: Send,
  ...metrics: readonly Figures[]
): Promise<void> {
  expect(await send(...metrics)).toBe(200);
}

function toAttributes(values: Readonly<Record<string, string>>) {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: { stringValue: value },
  }));
}
