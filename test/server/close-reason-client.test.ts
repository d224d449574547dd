import { test } from 'vitest';
import {
  type CloseScenario,
  DEPARTURES,
  expectClose,
  fill,
} from '../support/close-scenario.ts';
import { until } from '../support/poll.ts';
import { formatRequest } from '../support/sse-server.ts';

const UNFINISHED_BODY =
  'POST /events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\nhalf';

const scenarios = Object.entries(DEPARTURES).flatMap(
  ([how, leave]): CloseScenario[] => [
    {
      name: `a client that ${how} disconnects`,
      reason: 'client_disconnect',
      act: ({ client }) => leave(client),
    },
    {
      name: `a client that ${how} between two events disconnects`,
      reason: 'client_disconnect',
      serve: (response) => {
        const timer = setInterval(() => response.write('data: next\n\n'), 1);
        response.once('close', () => clearInterval(timer));
      },
      act: async ({ client }) => {
        await client.waitFor('next');
        leave(client);
      },
    },
    {
      name: `a client that ${how} with unread data disconnects`,
      reason: 'client_disconnect',
      act: async ({ client, response }) => {
        client.socket.pause();
        await new Promise((resolve) =>
          response.write(`data: ${'x'.repeat(300_000)}\n\n`, resolve),
        );
        leave(client);
        client.socket.resume();
      },
    },
    {
      name: `a client that ${how} while blocked disconnects`,
      reason: 'client_disconnect',
      act: ({ client, response }) => {
        client.socket.pause();
        fill(response);
        leave(client);
        client.socket.resume();
      },
    },
    {
      name: `a stream is completed when its client ${how} after end() while blocked`,
      reason: 'completed',
      act: ({ client, response }) => {
        client.socket.pause();
        fill(response);
        response.end();
        leave(client);
        client.socket.resume();
      },
    },
    {
      name: `a client that ${how} after writing half a request body disconnects`,
      reason: 'client_disconnect',
      request: UNFINISHED_BODY,
      act: ({ client }) => leave(client),
    },
    {
      name: `a client of HTTP/1.0 that ${how} disconnects`,
      reason: 'client_disconnect',
      request: 'GET /events HTTP/1.0\r\n\r\n',
      act: ({ client }) => leave(client),
    },
    {
      name: `a client that ${how} and asked not to keep alive disconnects`,
      reason: 'client_disconnect',
      request: formatRequest('/events', { Connection: 'close' }),
      act: ({ client }) => leave(client),
    },
  ],
);

scenarios.push(
  {
    name: 'a client that sends its FIN and reads on to the end disconnects',
    reason: 'client_disconnect',
    act: ({ client, response }) => {
      fill(response);
      client.socket.end();
    },
  },
  {
    name: 'a client that leaves with a request body nobody reads disconnects',
    reason: 'client_disconnect',
    request: `POST /events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9000000\r\n\r\n${'x'.repeat(900_000)}`,
    act: async ({ client, response }) => {
      client.socket.destroy();
      await until('a write fails', () => {
        response.write('data: next\n\n');
        return response.destroyed;
      });
    },
  },
);

for (const scenario of scenarios) {
  test(scenario.name, () => expectClose(scenario));
}
