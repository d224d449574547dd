/** An agent, and how its documentation says to load it. */
export interface Agent {
  readonly version: string;
  /** A flag and what it loads. */
  readonly loads: readonly (readonly ['--require' | '--import', string])[];
  /** `CLOSED` stands for a port at which nobody listens. */
  readonly env: Readonly<Record<string, string>>;
  /** For rooms besides: their process goes on after an uncaught exception. */
  readonly roomEnv?: Readonly<Record<string, string>>;
}

/** The agents that are tried. All that they send goes to this machine. */
export const AGENTS: Readonly<Record<string, Agent>> = {
  '@sentry/node': {
    version: '11.12.0',
    loads: [['--import', './sentry.mjs']],
    env: { SENTRY_DSN: 'http://key@127.0.0.1:CLOSED/1' },
  },
  'dd-trace': {
    version: '6.21.0',
    loads: [
      ['--require', 'dd-trace/init'],
      ['--import', 'dd-trace/initialize.mjs'],
    ],
    env: {
      DD_TRACE_AGENT_URL: 'http://127.0.0.1:CLOSED',
      DD_AGENT_HOST: '127.0.0.1',
      DD_TRACE_STARTUP_LOGS: 'false',
      DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
      DD_REMOTE_CONFIGURATION_ENABLED: 'false',
    },
  },
  newrelic: {
    version: '14.5.1',
    loads: [['--require', 'newrelic']],
    env: {
      NEW_RELIC_LICENSE_KEY: '0'.repeat(40),
      NEW_RELIC_APP_NAME: 'agents',
      NEW_RELIC_HOST: '127.0.0.1',
      NEW_RELIC_PORT: 'CLOSED',
      NEW_RELIC_LOG_ENABLED: 'false',
      NEW_RELIC_NO_CONFIG_FILE: 'true',
      // Questions to the clouds that this might run in.
      ...Object.fromEntries(
        ['AWS', 'AZURE', 'AZUREFUNCTION', 'GCP', 'PCF'].map((cloud) => [
          `NEW_RELIC_UTILIZATION_DETECT_${cloud}`,
          'false',
        ]),
      ),
    },
  },
  'elastic-apm-node': {
    version: '4.18.0',
    loads: [['--require', 'elastic-apm-node/start']],
    env: {
      ELASTIC_APM_SERVER_URL: 'http://127.0.0.1:CLOSED',
      ELASTIC_APM_CENTRAL_CONFIG: 'false',
      ELASTIC_APM_CLOUD_PROVIDER: 'none',
      ELASTIC_APM_LOG_LEVEL: 'off',
    },
    // It ends the process once its report of the exception was sent.
    roomEnv: { ELASTIC_APM_CAPTURE_EXCEPTIONS: 'false' },
  },
};

/** A program that an agent and ours cannot both leave as it is. */
export interface KnownDifference {
  readonly agent: string;
  readonly program: RegExp;
  readonly reason: string;
}

/** What cannot be the same, and why. */
export const KNOWN: readonly KnownDifference[] = [
  {
    agent: 'dd-trace',
    program: /^methods: (what a look-up|somebody patches OutgoingMessage)/,
    reason:
      'it makes what it patches not enumerable, and deaf to patches of the ' +
      'parent, where it finds an inherited method: with ours it finds an own ' +
      'one, and all stays as Node has it',
  },
  {
    agent: 'newrelic',
    program: /^methods: somebody patches OutgoingMessage/,
    reason: 'it is deaf to patches of the parent, as dd-trace is',
  },
  {
    agent: 'elastic-apm-node',
    program: /^exits: an exception that is caught/,
    reason:
      'it ends the process with code 1 once its report was sent, unless the ' +
      'process has ended by itself before: either happens without ours, too',
  },
];
