import { DiagLogLevel, diag } from '@opentelemetry/api';

/** Lines that OpenTelemetry's diagnostics were given. */
export interface Diagnostics extends Disposable {
  /** Warnings and errors, oldest first. */
  readonly lines: readonly string[];
}

/** Collects warnings and errors, until it is disposed of. */
export function collectDiagnostics(): Diagnostics {
  const lines: string[] = [];
  const collect = (...args: unknown[]) => {
    lines.push(args.map(String).join(' '));
  };
  const logger = {
    error: collect,
    warn: collect,
    info() {},
    debug() {},
    verbose() {},
  };
  diag.setLogger(logger, {
    logLevel: DiagLogLevel.WARN,
    suppressOverrideMessage: true,
  });
  return { lines, [Symbol.dispose]: () => diag.disable() };
}
