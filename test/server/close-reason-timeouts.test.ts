import { once } from 'node:events';
import { test } from 'vitest';
import {
  type CloseScenario,
  expectClose,
  fill,
} from '../support/close-scenario.ts';

const TIMEOUT_MS = 50;

/** For time-outs that run from the connection: the request must arrive in it. */
const EARLY_TIMEOUT_MS = 500;

const UNFINISHED_BODY =
  'POST /events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\nhalf';

const HURRIED = {
  requestTimeout: EARLY_TIMEOUT_MS,
  connectionsCheckingInterval: 10,
};

const scenarios: CloseScenario[] = [
  {
    name: 'a stream that server.timeout ends has timed out',
    reason: 'timeout',
    prepare: ({ server }) => server.setTimeout(EARLY_TIMEOUT_MS),
  },
  {
    name: 'a stream that server.timeout ends has timed out over TLS as well',
    reason: 'timeout',
    secure: true,
    prepare: ({ server }) => server.setTimeout(EARLY_TIMEOUT_MS),
  },
  {
    name: 'a stream that res.setTimeout() ends has timed out',
    reason: 'timeout',
    serve: (response) => response.setTimeout(TIMEOUT_MS),
  },
  {
    name: 'a stream that req.setTimeout() ends has timed out',
    reason: 'timeout',
    serve: (_response, request) => request.setTimeout(TIMEOUT_MS),
  },
  {
    name: 'a stream that socket.setTimeout() ends has timed out',
    reason: 'timeout',
    serve: (_response, { socket }) => socket.setTimeout(TIMEOUT_MS),
  },
  {
    name: 'a stream that times out while blocked has timed out',
    reason: 'timeout',
    act: ({ client, response }) => {
      client.socket.pause();
      fill(response);
      response.setTimeout(TIMEOUT_MS);
    },
  },
  {
    name: 'a stream that times out after the server was closed has timed out',
    reason: 'timeout',
    act: ({ response, server }) => {
      server.server.close();
      response.setTimeout(TIMEOUT_MS);
    },
  },
  {
    name: 'a stream that a time-out callback destroys has timed out',
    reason: 'timeout',
    serve: (response) =>
      response.setTimeout(TIMEOUT_MS, () => response.destroy()),
  },
  {
    name: 'a stream that a time-out callback destroys with an error has timed out',
    reason: 'timeout',
    serve: (response) =>
      response.setTimeout(TIMEOUT_MS, () =>
        response.destroy(new Error('too slow')),
      ),
  },
  {
    name: 'a stream whose socket a time-out callback destroys has timed out',
    reason: 'timeout',
    prepare: ({ server }) =>
      server.setTimeout(EARLY_TIMEOUT_MS, (socket) => socket.destroy()),
  },
  {
    name: 'a stream that a time-out callback ends is completed',
    reason: 'completed',
    serve: (response) => response.setTimeout(TIMEOUT_MS, () => response.end()),
  },
  {
    name: 'a stream that a time-out callback of the server ends is completed',
    reason: 'completed',
    serve: (response, request) => {
      request.socket.setTimeout(TIMEOUT_MS);
      response.on('timeout', () => response.end('data: bye\n\n'));
    },
  },
  {
    name: 'a stream that outlives a time-out disconnects when its client leaves',
    reason: 'client_disconnect',
    act: async ({ client, response }) => {
      response.setTimeout(TIMEOUT_MS, () => {});
      await once(response, 'timeout');
      client.socket.destroy();
    },
  },
  {
    name: 'a stream destroyed after it outlived a time-out is a close by the server',
    reason: 'server_close',
    act: async ({ response }) => {
      response.setTimeout(TIMEOUT_MS, () => {});
      await once(response, 'timeout');
      setImmediate(() => response.destroy());
    },
  },
  {
    name: 'a stream cut by requestTimeout for its unfinished request body has timed out',
    reason: 'timeout',
    options: HURRIED,
    request: UNFINISHED_BODY,
  },
  {
    name: "a stream cut by requestTimeout through the application's clientError has timed out",
    reason: 'timeout',
    options: HURRIED,
    request: UNFINISHED_BODY,
    prepare: ({ server }) =>
      server.on('clientError', (error, socket) => socket.destroy(error)),
  },
];

for (const scenario of scenarios) {
  test(scenario.name, () => expectClose(scenario));
}
