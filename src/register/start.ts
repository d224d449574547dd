import { DiagConsoleLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import { type Monitoring, startMonitoring } from '../monitoring.ts';
import { flushOnExit } from './exit.ts';
import { readExporters } from './exporters.ts';
import { onFirstServer, onPortWanted } from './first-server.ts';
import { LOG_LEVELS, log, readLogLevel } from './log.ts';
import { createProvider } from './provider.ts';
import { complain, readOptions, readVariable } from './variables.ts';

/** How often we look whether the application registered a MeterProvider. */
const LOOK_MS = 1000;

/** Switches everything on, as the environment says. Never throws. */
export function start(): void {
  setLogger();
  if (isDisabled()) return;
  const owner = {};
  const monitoring = startMonitoring(owner, readOptions(), undefined);
  if (monitoring === undefined) return;
  onFirstServer(() => {
    const timer = setInterval(() => monitoring.binding.refresh(), LOOK_MS);
    timer.unref();
    // An application that makes its exporter makes its provider next.
    setImmediate(() => bringProvider(monitoring)).unref();
  });
}

/** Exports by ourselves, until the application does. */
function bringProvider(monitoring: Monitoring): void {
  try {
    const { binding } = monitoring;
    if (binding.hasForeign()) return;
    const settings = readExporters();
    if (settings.length === 0) return;
    const own = createProvider(settings);
    if (own === undefined) return;
    const undo: (() => void)[] = [];
    if (own.isPushing) {
      undo.push(
        flushOnExit({
          flush: own.flush,
          finish: () => {
            monitoring.closeAll();
            return own.shutdown();
          },
        }),
      );
    }
    undo.push(
      onPortWanted((port) => {
        if (own.endpoint?.isAt(port) !== true) return;
        own.endpoint.close();
        log.warn(
          `the application wants port ${port}, metrics are no longer there. ` +
            'Set OTEL_EXPORTER_PROMETHEUS_PORT to another one',
        );
      }),
    );
    binding.setFallback(own.provider, () => {
      log.info('the application has a MeterProvider: metrics go there');
      for (const step of undo) step();
      void own.shutdown();
    });
  } catch (error) {
    log.error(`metrics are not exported: ${String(error)}`);
  }
}

function isDisabled(): boolean {
  const name = 'OTEL_SDK_DISABLED';
  const text = readVariable(name);
  const lower = text?.toLowerCase();
  if (text !== undefined && lower !== 'true' && lower !== 'false') {
    complain(name, text, 'true or false', 'false');
  }
  return lower === 'true';
}

/** Only when it is asked for: the application may set one of its own. */
function setLogger(): void {
  const text = readVariable('OTEL_LOG_LEVEL');
  if (text === undefined) return;
  const level = readLogLevel();
  if (level === undefined) {
    complain('OTEL_LOG_LEVEL', text, `one of ${LOG_LEVELS.join(', ')}`, 'warn');
    return;
  }
  diag.setLogger(new DiagConsoleLogger(), {
    logLevel: DiagLogLevel[level.toUpperCase() as keyof typeof DiagLogLevel],
    suppressOverrideMessage: true,
  });
}
