/** `opentelemetry-instrumentation-sse/client` in a browser. */
import type { ClientDoor } from './client-monitoring.ts';
import { hookEventSource } from './event-source.ts';
import { hookFetch } from './fetch.ts';
import { ClientInstrumentation } from './instrumentation.ts';
import { watchPage } from './page.ts';
import type { SseClientInstrumentationConfig } from './types.ts';

export type {
  SseClientInstrumentationConfig,
  SseReceivedEvent,
} from './types.ts';

const DOOR: ClientDoor = {
  hasActive: false,
  hook(monitor) {
    // Of a window or a worker; types of the DOM are not to be had here.
    const scope = globalThis as Parameters<typeof watchPage>[1] &
      typeof globalThis;
    const undo = [
      hookEventSource(monitor, scope),
      hookFetch(monitor, scope),
      watchPage(monitor, scope),
    ];
    return () => {
      for (const step of undo) step();
    };
  },
};

/**
 * Measures the event streams that this page receives, by `EventSource` and by
 * `fetch`. It needs `@opentelemetry/api` alone, and reports to the MeterProvider
 * that the page registers, whenever it does.
 *
 * @example `new SseClientInstrumentation({ urlTemplate: () => '/events' })`
 */
export class SseClientInstrumentation extends ClientInstrumentation {
  /** Is switched on at once, unless `enabled` is false. */
  constructor(config: SseClientInstrumentationConfig = {}) {
    super(config, DOOR);
  }
}
