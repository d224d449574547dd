import { closeClients } from '../client/client-monitoring.ts';
import type { Monitoring } from '../monitoring.ts';
import { flushOnExit } from './exit.ts';
import { readExporters } from './exporters.ts';
import { onPortWanted } from './first-server.ts';
import { log } from './log.ts';
import { setLogger } from './logger.ts';
import { createProvider } from './provider.ts';

/** Exports by ourselves, until the application does. */
export function bringProvider(monitoring: Monitoring): void {
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
            closeClients();
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
