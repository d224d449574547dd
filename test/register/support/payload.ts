import type { Message } from './protobuf.ts';

/** One point of a metric; of a histogram the value is its count. */
interface Point {
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly value: number;
}

/** What one export carried. */
export interface Payload {
  readonly resource: Readonly<Record<string, unknown>>;
  readonly scopes: readonly string[];
  readonly points: readonly Point[];
}

/** Reads an export as OTLP/JSON writes it. */
export function readJson(body: Buffer): Payload {
  return readPayload(wrap(JSON.parse(body.toString())) as Message);
}

/** JSON has single values where a decoded protobuf message has lists. */
function wrap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(wrap);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const wrapped = wrap(item);
      return [key, Array.isArray(wrapped) ? wrapped : [wrapped]];
    }),
  );
}

/** Reads an export whose fields are all lists. */
export function readPayload(request: Message): Payload {
  const resourceMetrics = messages(request, 'resourceMetrics');
  const scopeMetrics = resourceMetrics.flatMap((item) =>
    messages(item, 'scopeMetrics'),
  );
  const metrics = scopeMetrics.flatMap((item) => messages(item, 'metrics'));
  return {
    resource: Object.assign(
      {},
      ...resourceMetrics
        .flatMap((item) => messages(item, 'resource'))
        .map(readAttributes),
    ),
    scopes: scopeMetrics
      .flatMap((item) => messages(item, 'scope'))
      .map((scope) => String(scope['name']?.[0])),
    points: metrics.flatMap(readPoints),
  };
}

function readPoints(metric: Message): Point[] {
  const name = String(metric['name']?.[0]);
  return ['gauge', 'sum', 'histogram']
    .flatMap((kind) => messages(metric, kind))
    .flatMap((data) => messages(data, 'dataPoints'))
    .map((point) => ({
      name,
      attributes: readAttributes(point),
      // Protobuf leaves a 0 of a histogram out.
      value: Number(
        [point['asDouble'], point['asInt'], point['count']].find(
          Boolean,
        )?.[0] ?? 0,
      ),
    }));
}

function readAttributes(owner: Message): Record<string, unknown> {
  return Object.fromEntries(
    messages(owner, 'attributes').map((attribute) => {
      const [value = {}] = messages(attribute, 'value');
      return [String(attribute['key']?.[0]), Object.values(value)[0]?.[0]];
    }),
  );
}

function messages(owner: Message, field: string): readonly Message[] {
  return (owner[field] ?? []) as readonly Message[];
}
