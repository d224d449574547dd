import { REGISTER } from '../../../scripts/packed/project.ts';
import { startChromium } from '../../browser/support/chromium.ts';
import type { TestServer } from '../../support/sse-server.ts';
import { pathOf } from './files.ts';
import type { Scenario } from './scenario.ts';
import { untilTicks, visit } from './watching-page.ts';

/** Listeners that make a page stutter. */
const SLOW_MS = 60;
const TICKS = 6;

/**
 * Opens a page that watches `/events` in a real browser, and starts a Node consumer
 * whose streams end and come back; both are measured.
 *
 * @param site - of the page; the scenario's servers are behind it.
 * @returns what ends the browser.
 */
export async function startClients(
  { stack }: Scenario,
  site: TestServer,
): Promise<AsyncDisposable> {
  const collector = stack.urlOf('otel-collector:4318');
  await stack.add({
    name: 'consumer',
    command: process.execPath,
    args: ['--import', REGISTER, pathOf('test/stack/programs/consumer.mjs')],
    cwd: pathOf('.'),
    env: {
      STREAM_URL: `${stack.urlOf('nginx:8080')}/jobs/1`,
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector,
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
      OTEL_METRIC_EXPORT_TIMEOUT: '1000',
      OTEL_SERVICE_NAME: 'consumer',
    },
  });
  const chromium = await startChromium();
  try {
    const page = await visit(chromium, {
      site: site.url,
      collector,
      service: 'page',
      interval: 1,
      slow: SLOW_MS,
    });
    await untilTicks(page, TICKS);
  } catch (error) {
    await chromium[Symbol.asyncDispose]();
    throw error;
  }
  return chromium;
}
