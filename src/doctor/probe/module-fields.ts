/** Fields of a module: what the JSON Schema and docs/doctor.md are made from. */

/** What a field may hold. */
type FieldType = 'boolean' | 'headers' | 'integer' | 'number' | 'string';

/** One field. */
export interface ModuleField {
  readonly type: FieldType;
  readonly description: string;
  readonly default?: boolean | number | string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly values?: readonly string[];
}

/** Every field, by its name in the file. */
export const MODULE_FIELDS = {
  seconds: {
    type: 'number',
    description:
      'Longest time of a probe. Prometheus’ own time-out, less half a second, when that is shorter.',
    default: 10,
    minimum: 0.1,
    maximum: 300,
  },
  events: {
    type: 'integer',
    description: 'So many events are enough.',
    default: 3,
    minimum: 1,
    maximum: 1000,
  },
  min_events: {
    type: 'integer',
    description:
      'With fewer events the probe fails. 0 for a stream that may be silent.',
    default: 1,
    minimum: 0,
    maximum: 1000,
  },
  fail_on: {
    type: 'string',
    description: 'Findings from which severity on fail the probe.',
    default: 'error',
    values: ['error', 'warning'],
  },
  resume: {
    type: 'boolean',
    description: 'Whether a second connection comes back with Last-Event-ID.',
    default: false,
  },
  method: {
    type: 'string',
    description: 'HTTP method. GET, with a body POST.',
  },
  headers: {
    type: 'headers',
    description: 'Headers beside those that an EventSource sends.',
  },
  body: { type: 'string', description: 'Body of the request.' },
  origin: {
    type: 'string',
    description: 'Asks as a page of this origin would (CORS).',
  },
  credentials: {
    type: 'boolean',
    description: 'With cookies, as withCredentials does.',
    default: false,
  },
  slow_seconds: {
    type: 'number',
    description:
      'Headers later than this are late, a first event ten times later.',
    default: 1,
    minimum: 0.01,
    maximum: 3600,
  },
  proxy_timeout_seconds: {
    type: 'number',
    description: 'The shortest idle time-out on the way.',
    default: 60,
    minimum: 0.1,
    maximum: 86400,
  },
  ca_file: {
    type: 'string',
    description: 'Certificates to trust beside the usual ones, a PEM file.',
  },
  insecure: {
    type: 'boolean',
    description: 'Whether to go on although the certificate is not trusted.',
    default: false,
  },
} as const satisfies Record<string, ModuleField>;

/** A field's name. */
export type FieldName = keyof typeof MODULE_FIELDS;
