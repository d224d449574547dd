import pino from 'pino';

/** One line of JSON for each thing that happened, on standard output. */
export function createLogger(level) {
  return pino({ level, redact: ['token', 'cookie', 'authorization'] });
}
