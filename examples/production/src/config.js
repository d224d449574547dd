// What the environment says, checked before anything starts.
import { z } from 'zod';

const number = (defaultValue, { min = 0, isWhole = false } = {}) => {
  const rule = isWhole ? 'a whole number' : 'a number';
  const checked = z.coerce
    .number({ error: `must be ${rule}` })
    .min(min, `must be ${rule} of at least ${min}`);
  return (isWhole ? checked.int(`must be ${rule}`) : checked).default(
    defaultValue,
  );
};
const whole = (defaultValue, min = 0) =>
  number(defaultValue, { min, isWhole: true });

const origins = z
  .string()
  .default('')
  .transform((text) => text.split(',').map((origin) => origin.trim()))
  .transform((list) => list.filter((origin) => origin !== ''))
  .refine(
    (list) => list.every(isOrigin),
    'must be origins with commas, such as https://app.example.com',
  );

const Environment = z
  .object({
    HOST: z.string().default('127.0.0.1'),
    PORT: whole(8080).pipe(z.number().max(65_535, 'must be a port')),
    LOG_LEVEL: z
      .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
        error: 'must be trace, debug, info, warn, error, fatal or silent',
      })
      .default('info'),

    AUTH: z
      .enum(['token', 'none'], { error: 'must be token or none' })
      .default('token'),
    AUTH_SECRET: z
      .string()
      .min(32, 'must have at least 32 characters: openssl rand -base64 32')
      .optional(),
    ALLOWED_ORIGINS: origins,

    REDIS_URL: z
      .string()
      .regex(/^rediss?:\/\/./, 'must be a URL such as redis://127.0.0.1:6379')
      .optional(),
    DATABASE_URL: z
      .string()
      .regex(
        /^postgres(ql)?:\/\/./,
        'must be a URL such as postgres://user@127.0.0.1/name',
      )
      .optional(),
    BROWSER_OTLP_URL: z
      .string()
      .refine(isWebUrl, 'must be a URL such as http://localhost:4318')
      .transform((text) => new URL(text).origin)
      .optional(),
    DEMO_EVENTS_PER_SECOND: number(0),
    DEMO_EVENT_BYTES: whole(200),

    BATCH_MS: whole(50),
    COMPRESS_ABOVE_BYTES: whole(1024),
    HEARTBEAT_SECONDS: number(15, { min: 0.05 }),
    RETRY_SECONDS: number(2, { min: 0.01 }),
    MAX_QUEUED_EVENTS: whole(1000, 1),
    REPLAY_EVENTS: whole(5000, 1),
    REPLAY_BYTES: whole(4 * 1024 ** 2, 1024),

    TRUST_PROXY: whole(0),
    REFUSAL: z
      .enum(['retry', 'status'], { error: 'must be retry or status' })
      .default('retry'),
    MAX_CONNECTIONS: whole(10_000, 1),
    MAX_CONNECTIONS_PER_CLIENT: whole(0),
    MAX_HEAP_RATIO: number(0.85, { min: 0.01 }),
    MAX_EVENT_LOOP_DELAY_SECONDS: number(0.5, { min: 0.01 }),
    DRAIN_SECONDS: number(20),

    RATE_LIMIT_WAIT_SECONDS: number(30),
    TIMEOUT_SECONDS: number(5, { min: 0.01 }),
    TIMEOUT_RETRY_SECONDS: number(2),
    REFUSED_RETRY_SECONDS: number(5),
    BREAK_AFTER_REFUSALS: whole(10, 1),
    BREAK_SECONDS: number(60),
  })
  .refine(({ AUTH, AUTH_SECRET }) => AUTH === 'none' || AUTH_SECRET, {
    path: ['AUTH_SECRET'],
    message:
      'is missing: set it to what signs the tokens, or AUTH=none to let everyone read',
    when: ({ issues }) => issues.length === 0,
  })
  .refine(({ REDIS_URL, DATABASE_URL }) => !(REDIS_URL && DATABASE_URL), {
    path: ['DATABASE_URL'],
    message: 'and REDIS_URL are both set: events have one source, unset one',
    when: ({ issues }) => issues.length === 0,
  });

/**
 * @param {Readonly<Record<string, string | undefined>>} environment
 * @returns what each variable says, or its default.
 * @throws Error with one line for each bad variable: its name, its value, the mend.
 */
export function readConfig(environment) {
  // Set to nothing, as by an empty line of an .env file, is not set.
  const set = Object.entries(environment).filter(([, value]) => value !== '');
  const result = Environment.safeParse(Object.fromEntries(set));
  if (result.success) return result.data;
  const lines = result.error.issues.map(({ path, message }) =>
    describeProblem(String(path[0]), message, environment),
  );
  throw new Error([...new Set(lines)].join('\n'));
}

function describeProblem(name, message, environment) {
  const value = environment[name];
  // A secret is not for logs, nor the password in a URL.
  const isSecret = name === 'AUTH_SECRET' || name.endsWith('_URL');
  if (value === undefined || value === '') return `${name} ${message}`;
  return isSecret
    ? `${name} ${message}`
    : `${name} is ${JSON.stringify(value)}: it ${message}`;
}

function isWebUrl(text) {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}

function isOrigin(text) {
  return URL.canParse(text) && new URL(text).origin === text;
}
