import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream';
import { test } from 'vitest';
import {
  type CloseScenario,
  DEPARTURES,
  expectClose,
} from '../support/close-scenario.ts';

/** Where applications learn that a client left. */
const EMITTERS: Record<
  string,
  {
    events: string[];
    find(request: IncomingMessage, response: ServerResponse): EventEmitter;
  }
> = {
  request: {
    events: ['aborted', 'close', 'error'],
    find: (request) => request,
  },
  response: {
    events: ['close', 'error'],
    find: (_request, response) => response,
  },
  socket: {
    events: ['end', 'close', 'error'],
    find: ({ socket }) => socket,
  },
};

/** What applications then do. */
const ACTIONS: Record<
  string,
  (response: ServerResponse, error: unknown) => void
> = {
  'calls res.end()': (response) => response.end(),
  'calls res.end() with a last event': (response) =>
    response.end('data: bye\n\n'),
  'calls res.destroy()': (response) => response.destroy(),
  'writes once more and calls res.end()': (response) => {
    response.write('data: bye\n\n');
    response.end();
  },
};

const scenarios: CloseScenario[] = [];
for (const [how, leave] of Object.entries(DEPARTURES)) {
  for (const [what, react] of Object.entries(ACTIONS)) {
    for (const [where, { events, find }] of Object.entries(EMITTERS)) {
      for (const event of events) {
        scenarios.push({
          name: `a client that ${how} disconnects though the application ${what} at '${event}' of the ${where}`,
          reason: 'client_disconnect',
          serve: (response, request) => {
            find(request, response).on(event, (error) =>
              react(response, error),
            );
          },
          act: ({ client }) => leave(client),
        });
      }
    }
    scenarios.push({
      name: `a client that ${how} disconnects though the application ${what} once the stream is finished`,
      reason: 'client_disconnect',
      serve: (response) => {
        finished(response, (error) => react(response, error));
      },
      act: ({ client }) => leave(client),
    });
  }
  scenarios.push({
    name: `a client that ${how} disconnects though the application destroys the response with the request's error`,
    reason: 'client_disconnect',
    serve: (response, request) => {
      request.on('error', (error) => response.destroy(error));
    },
    act: ({ client }) => leave(client),
  });
}

scenarios.push({
  name: "a stream that the application ends at 'end' of the request is completed",
  reason: 'completed',
  serve: (response, request) => {
    request.resume().on('end', () => response.end());
  },
});

for (const scenario of scenarios) {
  test(scenario.name, () => expectClose(scenario));
}
