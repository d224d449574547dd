import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { expect, test } from 'vitest';
import { send, startMeasured } from '../support/measured-server.ts';
import { until } from '../support/poll.ts';

type Answer = (
  response: ServerResponse,
  request: IncomingMessage,
) => void | Promise<void>;

const TYPE = 'text/event-stream';
const EVENTS = ['data: 1\n\n', 'data: ☃\n\n', 'event: x\ndata: 3\n\n'];
const BODY = EVENTS.join('');
const BODY_END = 'data: 3\n\n';
const BYTES = Buffer.byteLength(BODY);

function writeAll(response: ServerResponse): void {
  for (const event of EVENTS) response.write(event);
  response.end();
}

/** Every way from headers to bytes that Node's API has. */
const PATHS: Record<string, Answer> = {
  'writeHead with an object': (response) => {
    writeAll(response.writeHead(200, { 'content-type': TYPE }));
  },
  'writeHead with a status message and an object': (response) => {
    writeAll(response.writeHead(200, 'Fine', { 'Content-Type': TYPE }));
  },
  'writeHead with undefined and an object': (response) => {
    const writeHead = response.writeHead as (...args: unknown[]) => void;
    writeHead.call(response, 200, undefined, { 'Content-Type': TYPE });
    writeAll(response);
  },
  'writeHead with a flat array': (response) => {
    writeAll(response.writeHead(200, ['X-First', '1', 'CONTENT-TYPE', TYPE]));
  },
  'writeHead with an array of pairs': (response) => {
    const pairs = [
      ['X-First', '1'],
      ['Content-Type', TYPE],
    ];
    writeAll(response.writeHead(200, pairs as never));
  },
  'writeHead with a status message and an array': (response) => {
    writeAll(response.writeHead(200, 'Fine', ['content-type', TYPE]));
  },
  'setHeader, then writeHead without headers': (response) => {
    response.setHeader('Content-Type', TYPE);
    writeAll(response.writeHead(200));
  },
  'setHeader, then writeHead with other headers': (response) => {
    response.setHeader('Content-Type', TYPE);
    writeAll(response.writeHead(200, { 'X-Other': '1' }));
  },
  'setHeader, then writeHead with an array': (response) => {
    response.setHeader('Content-Type', TYPE);
    writeAll(response.writeHead(200, ['X-Other', '1']));
  },
  'setHeader of another type, then writeHead with ours': (response) => {
    response.setHeader('Content-Type', 'text/html');
    writeAll(response.writeHead(200, { 'Content-Type': TYPE }));
  },
  'writeHead after a statusCode': (response) => {
    response.statusCode = 200;
    response.statusMessage = 'Fine';
    writeAll(response.writeHead(200, { 'Content-Type': TYPE }));
  },
  'writeHeader, an alias that older Nodes have': (response) => {
    const { writeHead, writeHeader = writeHead } = response as {
      writeHead: (...args: unknown[]) => unknown;
      writeHeader?: (...args: unknown[]) => unknown;
    };
    writeHeader.call(response, 200, { 'Content-Type': TYPE });
    writeAll(response);
  },
  'setHeader and write': (response) => {
    response.setHeader('content-type', TYPE);
    writeAll(response);
  },
  'setHeader with a list': (response) => {
    response.setHeader('content-type', [TYPE]);
    writeAll(response);
  },
  'setHeaders with Headers': (response) => {
    response.setHeaders(new Headers({ 'content-type': TYPE }));
    writeAll(response);
  },
  'setHeaders with a Map': (response) => {
    response.setHeaders(new Map([['Content-Type', TYPE]]));
    writeAll(response);
  },
  'appendHeader and write': (response) => {
    response.appendHeader('Content-Type', TYPE);
    writeAll(response);
  },
  'flushHeaders, then write': (response) => {
    response.setHeader('Content-Type', TYPE);
    response.flushHeaders();
    response.flushHeaders();
    writeAll(response);
  },
  'setHeader and end with the data': (response) => {
    response.setHeader('Content-Type', TYPE);
    response.end(BODY);
  },
  'writeHead and end with the data': (response) => {
    response.writeHead(200, { 'Content-Type': TYPE }).end(BODY, () => {});
  },
  'end with data in another encoding': (response) => {
    response.setHeader('Content-Type', TYPE);
    response.end(Buffer.from(BODY).toString('hex'), 'hex', () => {});
  },
  'write with encodings and callbacks': (response) => {
    response.setHeader('Content-Type', TYPE);
    const [first = '', second = '', third = ''] = EVENTS;
    response.write(Buffer.from(first).toString('base64'), 'base64');
    response.write(second, () => {});
    response.end(third, 'utf8', () => {});
  },
  bytes: (response) => {
    response.setHeader('Content-Type', TYPE);
    for (const event of EVENTS) response.write(new TextEncoder().encode(event));
    response.end();
  },
  pipe: (response) => {
    response.setHeader('Content-Type', TYPE);
    Readable.from(EVENTS).pipe(response);
  },
  pipeline: (response) => {
    response.setHeader('Content-Type', TYPE);
    return pipeline(Readable.from(EVENTS), response);
  },
  'pipeline from a generator': (response) => {
    response.writeHead(200, { 'Content-Type': TYPE });
    return pipeline(async function* () {
      for (const event of EVENTS) yield event;
    }, response);
  },
  'pipe of a web stream': async (response) => {
    response.setHeader('Content-Type', TYPE);
    const { body } = new Response(BODY);
    for await (const chunk of body ?? []) response.write(chunk);
    response.end();
  },
  cork: (response) => {
    response.setHeader('Content-Type', TYPE);
    response.cork();
    for (const event of EVENTS) response.write(event);
    response.uncork();
    response.end();
  },
  'cork after the headers, twice': (response) => {
    response.writeHead(200, { 'Content-Type': TYPE });
    response.flushHeaders();
    response.cork();
    response.cork();
    for (const event of EVENTS) response.write(event);
    response.uncork();
    response.uncork();
    response.end();
  },
  'strict content length': (response) => {
    response.strictContentLength = true;
    response.writeHead(200, { 'Content-Type': TYPE, 'Content-Length': BYTES });
    writeAll(response);
  },
  'a status other than 200': (response) => {
    writeAll(response.writeHead(202, { 'Content-Type': TYPE }));
  },
  'after informational headers': (response) => {
    response.writeProcessing();
    response.writeEarlyHints({ link: '</style.css>; rel=preload' });
    writeAll(response.writeHead(200, { 'Content-Type': TYPE }));
  },
  'a chain of calls': (response) => {
    response.setHeader('Content-Type', TYPE).writeHead(200).end(BODY);
  },
  'parameters and any case in the type': (response) => {
    response.setHeader('cOnTeNt-TyPe', 'Text/Event-Stream ; charset=UTF-8');
    writeAll(response);
  },
  'trailers after the events': (response) => {
    response.writeHead(200, { 'Content-Type': TYPE, Trailer: 'X-Sum' });
    response.addTrailers({ 'X-Sum': '3' });
    writeAll(response);
  },
};

test.for(Object.entries(PATHS))(
  'a stream sent by %s counts exactly once',
  async ([, answer]) => {
    await using server = await startMeasured({}, async (request, response) => {
      await answer(response, request);
    });
    const response = await fetch(`${server.url}/events`);
    expect(await response.text()).toBe(BODY);
    await server.closed(1);
    expect(await server.sum('openedConnections')).toBe(1);
    expect(await server.sum('activeConnections')).toBe(0);
    expect(await server.sum('sentEvents')).toBe(3);
    expect(await server.sum('contentSize')).toBe(BYTES);
    expect(await server.count('connectionDuration')).toBe(1);
    expect(await server.count('connectionOpenTime')).toBe(1);
    expect(await server.count('timeToFirstEvent')).toBe(1);
    const completed = { 'sse.connection.close_reason': 'completed' };
    expect(await server.sum('closedConnections', completed)).toBe(1);
  },
);

/** A response that is no event stream: no body, or another type. */
const OTHERS: Record<string, [method: string, answer: Answer]> = {
  'to HEAD': ['HEAD', PATHS['writeHead with an object'] as Answer],
  'to HEAD, with setHeader and end': [
    'HEAD',
    PATHS['setHeader and end with the data'] as Answer,
  ],
  'with status 204': [
    'GET',
    (response) => {
      response.writeHead(204, { 'Content-Type': TYPE }).end();
    },
  ],
  'with status 204, set before': [
    'GET',
    (response) => {
      response.setHeader('Content-Type', TYPE);
      response.statusCode = 204;
      response.end(BODY);
    },
  ],
  'with status 304': [
    'GET',
    (response) => {
      response.writeHead(304, { 'Content-Type': TYPE });
      response.write(BODY);
      response.end();
    },
  ],
  'of another type': [
    'GET',
    (response) => {
      response.setHeader('Content-Type', 'text/plain').end(BODY);
    },
  ],
  'of a type that only begins alike': [
    'GET',
    (response) => {
      response.setHeader('Content-Type', `${TYPE}s`).end(BODY);
    },
  ],
  'without a type': [
    'GET',
    (response) => {
      response.end(BODY);
    },
  ],
  'whose type was changed before the headers were sent': [
    'GET',
    (response) => {
      response.setHeader('Content-Type', TYPE);
      response.setHeader('Content-Type', 'application/json');
      response.write(BODY);
      response.end();
    },
  ],
  'whose type was removed before the headers were sent': [
    'GET',
    (response) => {
      response.setHeader('Content-Type', TYPE);
      response.removeHeader('Content-Type');
      response.end(BODY);
    },
  ],
  'whose type writeHead changes': [
    'GET',
    (response) => {
      response.setHeader('Content-Type', TYPE);
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.write(BODY);
      response.end(BODY);
    },
  ],
};

test.for(Object.entries(OTHERS))(
  'a response %s is no connection and has no events',
  async ([, [method, answer]]) => {
    await using server = await startMeasured({}, async (request, response) => {
      await answer(response, request);
    });
    const accept = { accept: 'text/plain' };
    const response = await fetch(server.url, { method, headers: accept });
    await response.text();
    for (const [name, points] of await server.metrics.collect()) {
      if (name.startsWith('sse.server')) expect(points, name).toEqual([]);
    }
    expect(server.instrumentation.connections()).toEqual([]);
  },
);

test('a socket that is used again carries one connection a response', async () => {
  let answered = 0;
  await using server = await startMeasured({}, (_request, response) => {
    answered++;
    const type = answered % 2 === 1 ? TYPE : 'text/plain';
    response.setHeader('Content-Type', type);
    response.end(BODY);
  });
  const client = await server.connect();
  for (let request = 1; request <= 6; request++) {
    client.socket.write('GET /events HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(
      'answers',
      () => client.received().split(BODY_END).length > request,
    );
  }
  await server.closed(3);
  expect(await server.sum('openedConnections')).toBe(3);
  expect(await server.sum('sentEvents')).toBe(9);
  expect(await server.sum('contentSize')).toBe(3 * BYTES);
});

test('pipelined requests are a connection each', async () => {
  await using server = await startMeasured({}, (_request, response) => {
    response.setHeader('Content-Type', TYPE);
    setImmediate(writeAll, response);
  });
  const request = 'GET /events HTTP/1.1\r\nHost: x\r\n\r\n';
  const last = 'GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  const client = send(server.port, request + request + last);
  await client.closed;
  await server.closed(3);
  expect(await server.sum('openedConnections')).toBe(3);
  expect(await server.sum('sentEvents')).toBe(9);
  expect(await server.sum('sentEvents', { 'http.route': '/last' })).toBe(3);
});

test('a subclass of ServerResponse is measured', async () => {
  const { createServer, ServerResponse: Base } = await import('node:http');
  class OwnResponse extends Base {}
  await using server = await startMeasured();
  const own = createServer(
    { ServerResponse: OwnResponse },
    (_request, response) => {
      expect(response).toBeInstanceOf(OwnResponse);
      response.setHeader('Content-Type', TYPE);
      writeAll(response);
    },
  );
  await new Promise<void>((resolve) => {
    own.listen(0, '127.0.0.1', resolve);
  });
  const { port } = own.address() as { port: number };
  await (await fetch(`http://127.0.0.1:${port}/`)).text();
  await server.closed(1);
  own.closeAllConnections();
  own.close();
  expect(await server.sum('sentEvents')).toBe(3);
});
