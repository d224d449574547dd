import type { MeasuredServer } from './measured-server.ts';
import type { Point } from './metric-reader.ts';

/** What a server has reported of all its event streams. */
export interface StreamFigures {
  readonly routes: readonly string[];
  readonly active: number;
  /** Events by type. */
  readonly events: Readonly<Record<string, number>>;
  readonly content: number;
  readonly wire: number;
  /** Closed connections by reason. */
  readonly closed: Readonly<Record<string, number>>;
}

/** Reads the figures that every test of a framework looks at. */
export async function readFigures(
  server: MeasuredServer,
): Promise<StreamFigures> {
  const active = await server.points('activeConnections');
  const routes = active.map(({ attributes }) => attributes['http.route']);
  return {
    routes: [...new Set(routes)].map(String),
    active: await server.sum('activeConnections'),
    events: sumBy(await server.points('sentEvents'), 'sse.event.type'),
    content: await server.sum('contentSize'),
    wire: await server.sum('wireSize'),
    closed: sumBy(
      await server.points('closedConnections'),
      'sse.connection.close_reason',
    ),
  };
}

/** Sums by the value of an attribute, without those that are 0. */
function sumBy(
  points: readonly Point[],
  attribute: string,
): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { attributes, value } of points) {
    if (value === 0) continue;
    const key = String(attributes[attribute]);
    sums[key] = (sums[key] ?? 0) + (value as number);
  }
  return sums;
}
