/** `opentelemetry-instrumentation-sse/client` in Node. */
import { ClientInstrumentation } from './instrumentation.ts';
import type { SseClientInstrumentationConfig } from './types.ts';
import { hookUndici } from './undici.ts';

export type {
  SseClientInstrumentationConfig,
  SseReceivedEvent,
} from './types.ts';

/**
 * Measures the event streams that this process receives: by `fetch` and
 * everything else on undici, by the package `eventsource` from version 3, and by
 * Node's own `EventSource`. It never throws into the application.
 *
 * @example `new SseClientInstrumentation({ urlTemplate: () => '/events' })`
 */
export class SseClientInstrumentation extends ClientInstrumentation {
  /** Is switched on at once, unless `enabled` is false. */
  constructor(config: SseClientInstrumentationConfig = {}) {
    super(config, { hook: hookUndici });
  }
}
