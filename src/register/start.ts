import { type Monitoring, startMonitoring } from '../monitoring.ts';
import type { SseInstrumentationConfig } from '../types.ts';
import { flushOnExit } from './exit.ts';
import { readExporters } from './exporters.ts';
import { onFirstServer, onPortWanted } from './first-server.ts';
import { log } from './log.ts';
import { checkLogLevel, setLogger } from './logger.ts';
import { createProvider } from './provider.ts';
import { complain, readOptions, readVariable } from './variables.ts';

/** How often we look whether the application registered a MeterProvider. */
const LOOK_MS = 1000;

/** Switches everything on, as the environment says. Never throws. */
export function start(): void {
  const options = readStart();
  if (options === undefined) return;
  const monitoring = startMonitoring({}, options, undefined);
  if (monitoring === undefined) return;
  onFirstServer(() => {
    setInterval(() => monitoring.binding.refresh(), LOOK_MS).unref();
    // An application that makes its exporter makes its provider next.
    setImmediate(() => bringProvider(monitoring)).unref();
  });
}

/** Exports by ourselves, until the application does. */
function bringProvider(monitoring: Monitoring): void {
  try {
    const { binding } = monitoring;
    setLogger();
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
      for (const step of undo) step();
      const flushed = own.shutdown();
      log.info('the application has a MeterProvider: metrics go there');
      return flushed;
    });
  } catch (error) {
    log.error(`metrics are not exported: ${String(error)}`);
  }
}

/** @returns `undefined` when nothing is to be done. */
function readStart(): SseInstrumentationConfig | undefined {
  checkLogLevel();
  const name = 'OTEL_SDK_DISABLED';
  const text = readVariable(name);
  const lower = text?.toLowerCase();
  if (text !== undefined && lower !== 'true' && lower !== 'false') {
    complain(name, text, 'true or false', 'false');
  }
  return lower === 'true' ? undefined : readOptions();
}
