import { expect, test } from 'vitest';
import {
  type CloseScenario,
  DEPARTURES,
  expectClose,
  fill,
} from '../support/close-scenario.ts';
import { measure } from '../support/measured.ts';
import { STREAM } from '../support/measured-server.ts';
import { until } from '../support/poll.ts';
import { formatRequest, startSecureServer } from '../support/sse-server.ts';

class UpstreamError extends Error {}

const secured = Object.entries(DEPARTURES).flatMap(
  ([how, leave]): CloseScenario[] => [
    {
      name: `a client of TLS that ${how} disconnects`,
      reason: 'client_disconnect',
      act: ({ client }) => leave(client),
    },
    {
      name: `a client of TLS that ${how} while blocked disconnects`,
      reason: 'client_disconnect',
      act: ({ client, response }) => {
        client.socket.pause();
        fill(response);
        leave(client);
        client.socket.resume();
      },
    },
    {
      name: `a client of TLS that ${how} disconnects though the application ends the stream then`,
      reason: 'client_disconnect',
      serve: (response, request) => {
        request.on('close', () => response.end());
      },
      act: ({ client }) => leave(client),
    },
  ],
);

secured.push(
  {
    name: 'a client of TLS whose TCP connection ends without a goodbye disconnects',
    reason: 'client_disconnect',
    act: ({ client }) => client.transport.end(),
  },
  {
    name: 'a stream over TLS that the application ends is completed',
    reason: 'completed',
    act: ({ response }) => response.end(),
  },
  {
    name: 'a response over TLS destroyed without an error is a close by the server',
    reason: 'server_close',
    act: ({ response }) => response.destroy(),
  },
  {
    name: 'a response over TLS destroyed with an error is an error of its class',
    reason: 'error',
    errorType: 'UpstreamError',
    act: ({ response }) => response.destroy(new UpstreamError()),
  },
  {
    name: 'closeAllConnections() of a listening TLS server is a close by the server',
    reason: 'server_close',
    act: ({ server }) => server.server.closeAllConnections(),
  },
  {
    name: 'closeAllConnections() of a closed TLS server is a shutdown',
    reason: 'shutdown',
    act: ({ server }) => {
      server.server.close();
      server.server.closeAllConnections();
    },
  },
);

const parsed: CloseScenario[] = [
  {
    name: 'a client that sends what is no HTTP is an error of the parser',
    reason: 'error',
    errorType: 'HPE_INVALID_METHOD',
    act: ({ client }) => client.socket.write('what is this?\r\n\r\n'),
  },
  {
    name: 'a client of TLS that sends what is no HTTP is an error of the parser',
    reason: 'error',
    errorType: 'HPE_INVALID_METHOD',
    secure: true,
    act: ({ client }) => client.socket.write('what is this?\r\n\r\n'),
  },
  {
    name: "a parse error that the application's clientError destroys the socket with is an error of the parser",
    reason: 'error',
    errorType: 'HPE_INVALID_METHOD',
    prepare: ({ server }) =>
      server.on('clientError', (error, socket) => socket.destroy(error)),
    act: ({ client }) => client.socket.write('what is this?\r\n\r\n'),
  },
  {
    name: "a parse error is an error of the parser though the application destroys the response at the socket's error",
    reason: 'error',
    errorType: 'HPE_INVALID_METHOD',
    serve: (response, { socket }) => {
      socket.on('error', () => response.destroy());
    },
    act: ({ client }) => client.socket.write('what is this?\r\n\r\n'),
  },
  {
    name: "a client that resets its connection disconnects though the application's clientError destroys the socket",
    reason: 'client_disconnect',
    prepare: ({ server }) =>
      server.on('clientError', (_error, socket) => socket.destroy()),
    act: ({ client }) => client.socket.resetAndDestroy(),
  },
];

for (const scenario of secured) {
  test(scenario.name, () => expectClose({ ...scenario, secure: true }));
}

for (const scenario of parsed) {
  test(scenario.name, () => expectClose(scenario));
}

test('bytes that are no TLS are an error of TLS', async () => {
  using measured = measure();
  await using server = await startSecureServer((_request, response) => {
    response.writeHead(200, STREAM);
    response.write('data: first\n\n');
  });
  const client = await server.connect();
  client.socket.write(formatRequest());
  await client.waitFor('first');
  client.transport.write('what is this?'.repeat(10));
  const [summary] = await until(
    'the stream is closed',
    () => measured.summaries,
    ({ length }) => length > 0,
  );
  expect(summary?.closeReason).toBe('error');
  // Its exact name is OpenSSL's, and changes with its version.
  expect(summary?.errorType).toMatch(/^ERR_SSL_/);
});
