import { PassThrough, pipeline, Readable } from 'node:stream';
import { pipeline as awaitable } from 'node:stream/promises';
import { test } from 'vitest';
import {
  type CloseScenario,
  expectClose,
  fill,
} from '../support/close-scenario.ts';

class UpstreamError extends Error {}

const lost = Object.assign(new Error('read ECONNRESET'), {
  code: 'ECONNRESET',
});

/** Events, then a failure or the end. */
async function* createEvents(failure?: unknown): AsyncGenerator<string> {
  yield 'data: 1\n\n';
  yield 'data: 2\n\n';
  if (failure !== undefined) throw failure;
}

/** As JavaScript may call it. */
function destroyWith(response: { destroy: unknown }, value: unknown): void {
  (response.destroy as (value: unknown) => void)(value);
}

const ended: Omit<CloseScenario, 'reason'>[] = [
  {
    name: 'a stream that the application ends is completed',
    act: ({ response }) => response.end(),
  },
  {
    name: 'a stream ended with a last event is completed',
    act: ({ response }) => response.end('data: last\n\n'),
  },
  {
    name: 'a stream ended in the handler is completed',
    serve: (response) => response.end(),
  },
  {
    name: 'a stream ended and then destroyed is completed',
    act: ({ response }) => {
      response.end();
      response.destroy(new Error('late'));
    },
  },
  {
    name: 'a stream ended while the server does not listen any more is completed',
    act: ({ server, response }) => {
      server.server.close();
      response.end();
    },
  },
  {
    name: 'a stream ended while blocked and then cut by closeAllConnections() is completed',
    act: ({ client, server, response }) => {
      client.socket.pause();
      fill(response);
      response.end();
      server.server.closeAllConnections();
    },
  },
  {
    name: 'a stream ended for a client that does not keep alive is completed',
    request: 'GET /events HTTP/1.0\r\n\r\n',
    act: ({ response }) => response.end(),
  },
  {
    name: 'a stream that a finite source is piped into is completed',
    act: ({ response }) => {
      Readable.from(createEvents()).pipe(response);
    },
  },
  {
    name: 'a stream at the end of a finite pipeline is completed',
    act: ({ response }) => {
      pipeline(createEvents(), response, () => {});
    },
  },
  {
    name: 'a stream ended at an error of its piped source is completed',
    act: ({ response }) => {
      const source = Readable.from(createEvents(new UpstreamError()));
      source.on('error', () => response.end()).pipe(response);
    },
  },
];

const closed: Omit<CloseScenario, 'reason'>[] = [
  {
    name: 'a response destroyed without an error is a close by the server',
    act: ({ response }) => response.destroy(),
  },
  {
    name: 'a response destroyed in the handler is a close by the server',
    serve: (response) => setImmediate(() => response.destroy()),
  },
  {
    name: 'a request destroyed without an error is a close by the server',
    act: ({ request }) => request.destroy(),
  },
  {
    name: 'a socket destroyed without an error is a close by the server',
    act: ({ request }) => request.socket.destroy(),
  },
  {
    name: 'a socket destroyed once it is flushed is a close by the server',
    act: ({ request }) => request.socket.destroySoon(),
  },
  {
    name: 'a socket reset by the application is a close by the server',
    act: ({ request }) => request.socket.resetAndDestroy(),
  },
  {
    name: 'closeAllConnections() of a listening server is a close by the server',
    act: ({ server }) => server.server.closeAllConnections(),
  },
  {
    name: 'a response destroyed while blocked is a close by the server',
    act: ({ client, response }) => {
      client.socket.pause();
      fill(response);
      response.destroy();
    },
  },
  {
    name: 'a response destroyed at an error of its piped source is a close by the server',
    act: ({ response }) => {
      const source = Readable.from(createEvents(new UpstreamError()));
      source.on('error', () => response.destroy()).pipe(response);
    },
  },
  {
    name: 'a response destroyed and then ended is a close by the server',
    act: ({ response }) => {
      response.destroy();
      response.end();
    },
  },
];

const shut: Omit<CloseScenario, 'reason'>[] = [
  {
    name: 'closeAllConnections() of a closed server is a shutdown',
    act: ({ server }) => {
      server.server.close();
      server.server.closeAllConnections();
    },
  },
  {
    name: 'a response destroyed after the server was closed is a shutdown',
    act: ({ server, response }) => {
      server.server.close();
      response.destroy();
    },
  },
  {
    name: 'a socket destroyed after the server was closed is a shutdown',
    act: ({ server, request }) => {
      server.server.close();
      request.socket.destroy();
    },
  },
];

const failed: Omit<CloseScenario, 'reason'>[] = [
  {
    name: 'a response destroyed with an error is an error of its class',
    errorType: 'UpstreamError',
    act: ({ response }) => response.destroy(new UpstreamError()),
  },
  {
    name: 'a request destroyed with an error is an error of its class',
    errorType: 'UpstreamError',
    act: ({ request }) => {
      request.on('error', () => {});
      request.destroy(new UpstreamError());
    },
  },
  {
    name: 'a socket destroyed with an error is an error of its class',
    errorType: 'UpstreamError',
    act: ({ request }) => request.socket.destroy(new UpstreamError()),
  },
  {
    name: 'a response destroyed with a lost upstream is no disconnect of the client',
    errorType: 'ECONNRESET',
    act: ({ response }) => response.destroy(lost),
  },
  {
    name: 'a response destroyed with what is no error is an error without a name',
    errorType: '_OTHER',
    act: ({ response }) => destroyWith(response, 'gone'),
  },
  {
    name: 'a pipeline whose source throws what is no error is an error without a name',
    errorType: '_OTHER',
    act: ({ response }) => {
      pipeline(createEvents({ status: 502 }), response, () => {});
    },
  },
  {
    name: 'a connection that timed out in the network is an error',
    errorType: 'ETIMEDOUT',
    act: ({ request }) =>
      request.socket.destroy(
        Object.assign(new Error('read ETIMEDOUT'), { code: 'ETIMEDOUT' }),
      ),
  },
  {
    name: 'a response destroyed with an error after the server was closed is an error',
    errorType: 'UpstreamError',
    act: ({ server, response }) => {
      server.server.close();
      response.destroy(new UpstreamError());
    },
  },
  {
    name: 'a response destroyed with the error of its piped source is an error',
    errorType: 'UpstreamError',
    act: ({ response }) => {
      const source = Readable.from(createEvents(new UpstreamError()));
      source.on('error', (error) => response.destroy(error)).pipe(response);
    },
  },
  {
    name: 'a pipeline whose source fails is an error',
    errorType: 'UpstreamError',
    act: ({ response }) => {
      pipeline(createEvents(new UpstreamError()), response, () => {});
    },
  },
  {
    name: 'a pipeline whose upstream is lost is no disconnect of the client',
    errorType: 'ECONNRESET',
    act: ({ response }) => {
      pipeline(createEvents(lost), response, () => {});
    },
  },
  {
    name: 'a pipeline whose source goes away is an error',
    errorType: 'ERR_STREAM_PREMATURE_CLOSE',
    act: ({ response }) => {
      const source = new PassThrough();
      pipeline(source, response, () => {});
      source.destroy();
    },
  },
  {
    name: 'a pipeline that is aborted is an error',
    errorType: 'ABORT_ERR',
    act: ({ response }) => {
      const abort = new AbortController();
      const source = new PassThrough();
      awaitable(source, response, { signal: abort.signal }).catch(() => {});
      abort.abort();
    },
  },
];

const left: Omit<CloseScenario, 'reason'>[] = [
  {
    name: 'a client that leaves a pipe disconnects',
    serve: (response) => {
      new PassThrough().pipe(response);
    },
    act: ({ client }) => client.socket.destroy(),
  },
  {
    name: 'a client that leaves a pipeline disconnects',
    serve: (response) => {
      pipeline(new PassThrough(), response, () => {});
    },
    act: ({ client }) => client.socket.destroy(),
  },
  {
    name: 'a client that resets a pipeline disconnects',
    serve: (response) => {
      pipeline(new PassThrough(), response, () => {});
    },
    act: ({ client }) => client.socket.resetAndDestroy(),
  },
  {
    name: 'a client that leaves after the server was closed disconnects',
    act: ({ client, server }) => {
      server.server.close();
      client.socket.destroy();
    },
  },
];

const byReason = {
  completed: ended,
  server_close: closed,
  shutdown: shut,
  error: failed,
  client_disconnect: left,
} as const;

for (const [reason, scenarios] of Object.entries(byReason)) {
  for (const scenario of scenarios) {
    test(scenario.name, () =>
      expectClose({ ...scenario, reason: reason as keyof typeof byReason }),
    );
  }
}
