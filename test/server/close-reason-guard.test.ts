import type { ServerResponse } from 'node:http';
import { test } from 'vitest';
import type { CloseReason } from '../../src/semconv.ts';
import { type CloseScenario, expectClose } from '../support/close-scenario.ts';

/** Where the guard says why it closes a stream. */
const CLOSE_CAUSE = Symbol.for('opentelemetry-instrumentation-sse.close_cause');

function setCause(response: ServerResponse, cause: unknown): void {
  Object.assign(response, { [CLOSE_CAUSE]: cause });
}

/** What else happens to the stream that the guard closes. */
const ACTIONS: Record<string, NonNullable<CloseScenario['act']>> = {
  'is ended': ({ response }) => response.end(),
  'is destroyed': ({ response }) => response.destroy(),
  'is destroyed with an error': ({ response }) =>
    response.destroy(new Error('too slow')),
  'loses its client': ({ client }) => client.socket.resetAndDestroy(),
};

const CAUSES: CloseReason[] = ['evicted', 'expired', 'shutdown', 'timeout'];

for (const reason of CAUSES) {
  for (const [what, act] of Object.entries(ACTIONS)) {
    test(`a stream that the guard closes as ${reason} is that when it ${what}`, () =>
      expectClose({
        name: reason,
        reason,
        act: (stage) => {
          setCause(stage.response, reason);
          return act(stage);
        },
      }));
  }
}

for (const cause of ['bored', '', 7, undefined, {}]) {
  test(`a cause that is no close reason is ignored: ${JSON.stringify(cause)}`, () =>
    expectClose({
      name: 'ignored',
      reason: 'completed',
      act: ({ response }) => {
        setCause(response, cause);
        response.end();
      },
    }));
}

test('an error that the guard gives as its cause has no type', () =>
  expectClose({
    name: 'error',
    reason: 'error',
    errorType: '_OTHER',
    act: ({ response }) => {
      setCause(response, 'error');
      response.destroy();
    },
  }));
