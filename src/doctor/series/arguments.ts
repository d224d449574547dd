import { type SeriesShape, TYPICAL_SHAPE } from '../../metrics/series-shape.ts';
import { REJECTION_REASONS, type RejectionReason } from '../../semconv.ts';
import { parseOptions } from '../arguments.ts';
import { UsageError } from '../errors.ts';
import { cleanText } from '../text.ts';

/** What `series` was asked for. */
export interface SeriesArguments {
  readonly shape: SeriesShape;
  readonly instances: number;
  /** Seconds between two samples of a series. */
  readonly interval: number;
  readonly isJson: boolean;
}

const OPTIONS = {
  routes: { type: 'string' },
  methods: { type: 'string' },
  versions: { type: 'string' },
  types: { type: 'string' },
  'error-types': { type: 'string' },
  statuses: { type: 'string' },
  'attribute-sets': { type: 'string' },
  'max-routes': { type: 'string' },
  'max-event-types': { type: 'string' },
  'final-events': { type: 'boolean' },
  'client-addresses': { type: 'boolean' },
  guard: { type: 'string' },
  'client-targets': { type: 'string' },
  instances: { type: 'string' },
  interval: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** Reads the arguments of `series`. @throws UsageError. */
export function parseSeriesArguments(args: readonly string[]): SeriesArguments {
  const { values, positionals } = parseOptions(args, OPTIONS);
  if (positionals.length > 0) {
    throw new UsageError(
      `${JSON.stringify(cleanText(positionals[0] ?? '', 40))} is one word too many. See --help`,
    );
  }
  const whole = (
    name: keyof typeof values,
    least: number,
    most: number,
    standard: number,
  ) => readWhole(`--${name}`, values[name], least, most) ?? standard;
  const typical = TYPICAL_SHAPE;
  return {
    shape: {
      routes: whole('routes', 1, 100_000, typical.routes),
      methods: whole('methods', 1, 11, typical.methods),
      versions: whole('versions', 1, 3, typical.versions),
      types: whole('types', 0, 1000, typical.types),
      errorTypes: whole('error-types', 0, 1000, typical.errorTypes),
      statuses: whole('statuses', 0, 200, typical.statuses),
      attributeSets: whole('attribute-sets', 1, 1e7, typical.attributeSets),
      maxRoutes: whole('max-routes', 1, 1e9, typical.maxRoutes),
      maxEventTypes: whole('max-event-types', 1, 1e9, typical.maxEventTypes),
      hasFinalEvents: values['final-events'] ?? typical.hasFinalEvents,
      hasClientAddresses:
        values['client-addresses'] ?? typical.hasClientAddresses,
      rejectionReasons: readReasons(values.guard),
      clientTargets: whole('client-targets', 0, 60, typical.clientTargets),
    },
    instances: whole('instances', 1, 1_000_000, 1),
    interval: whole('interval', 1, 3600, 15),
    isJson: values.json ?? false,
  };
}

function readWhole(
  name: string,
  text: string | boolean | undefined,
  least: number,
  most: number,
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(String(text)) && value >= least && value <= most) {
    return value;
  }
  throw new UsageError(
    `${name} ${JSON.stringify(cleanText(String(text), 40))} is no whole number from ${least} to ${most}. Write ${name} ${Math.max(least, 1)}`,
  );
}

/** Reasons with commas, or `all`. */
function readReasons(text: string | undefined): readonly RejectionReason[] {
  if (text === undefined) return [];
  if (text === 'all') return REJECTION_REASONS;
  const names = text.split(',').map((name) => name.trim());
  const wrong = names.find(
    (name) => !(REJECTION_REASONS as readonly string[]).includes(name),
  );
  if (wrong === undefined) {
    return REJECTION_REASONS.filter((reason) => names.includes(reason));
  }
  throw new UsageError(
    `--guard ${JSON.stringify(cleanText(wrong, 40))} is no reason. Write all, or some of ${REJECTION_REASONS.join(',')}`,
  );
}
