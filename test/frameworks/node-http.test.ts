import type { ServerResponse } from 'node:http';
import { EventSource } from 'eventsource';
import { expect, test } from 'vitest';
import { STREAM, startMeasured } from '../support/measured-server.ts';
import { until } from '../support/poll.ts';
import { readFigures } from '../support/stream-figures.ts';

const HELLO = 'event: hello\ndata: grüß dich\n\n';
const TICK = 'event: tick\ndata: 1\n\n';
const PLAIN = ': comment\nid: 7\ndata: a\ndata: b\n\n';
const TEXT = HELLO + TICK + PLAIN;
const TYPES = { hello: 1, tick: 1, message: 1 };

/** The ways a program without a framework answers. */
const answers: Record<string, (response: ServerResponse) => void> = {
  'writeHead and write'(response) {
    response.writeHead(200, STREAM);
    response.write(HELLO);
    response.write(TICK + PLAIN);
  },
  'a status message, and headers as a list'(response) {
    response.writeHead(200, 'Fine', Object.entries(STREAM).flat() as string[]);
    response.write(Buffer.from(TEXT));
  },
  'setHeader and write'(response) {
    for (const [name, value] of Object.entries(STREAM)) {
      response.setHeader(name, String(value));
    }
    response.write(TEXT);
  },
  'setHeaders, flushHeaders and events cut anywhere'(response) {
    response.setHeaders(new Headers(STREAM as Record<string, string>));
    response.flushHeaders();
    for (const byte of Buffer.from(TEXT)) response.write(Buffer.of(byte));
  },
};

for (const [name, answer] of Object.entries(answers)) {
  test(`a stream of node:http is measured: ${name}`, async () => {
    await using server = await startMeasured({}, (_request, response) => {
      answer(response);
    });
    const received: string[] = [];
    const source = new EventSource(`${server.url}/users/42/events?token=1`);
    for (const type of ['hello', 'tick', 'message']) {
      source.addEventListener(type, ({ data }) => received.push(data));
    }
    await until('events', () => received.length === 3);

    expect(received).toEqual(['grüß dich', '1', 'a\nb']);
    const open = await readFigures(server);
    expect(open).toMatchObject({
      routes: ['/users/:id/events'],
      active: 1,
      events: TYPES,
      content: Buffer.byteLength(TEXT),
    });
    expect(await server.sum('sentComments')).toBe(1);
    expect(await server.sum('protocolErrors')).toBe(0);
    source.close();
    await server.closed(1);
    expect(await readFigures(server)).toEqual({
      ...open,
      active: 0,
      closed: { client_disconnect: 1 },
    });
  });

  test(`a stream of node:http that ends is completed: ${name}`, async () => {
    await using server = await startMeasured({}, (_request, response) => {
      answer(response);
      response.end('data: last\n\n');
    });
    const response = await fetch(`${server.url}/users/42/events`);
    expect(await response.text()).toBe(`${TEXT}data: last\n\n`);
    await server.closed(1);
    expect(await readFigures(server)).toMatchObject({
      routes: ['/users/:id/events'],
      active: 0,
      events: { ...TYPES, message: 2 },
      content: Buffer.byteLength(TEXT) + 12,
      closed: { completed: 1 },
    });
  });

  test(`a broken client of node:http is noticed: ${name}`, async () => {
    await using server = await startMeasured({}, (_request, response) => {
      answer(response);
    });
    const client = await server.request('/users/42/events');
    await client.waitFor('\r\n\r\n');
    await until(
      'the open stream',
      () => server.sum('activeConnections'),
      (active) => active === 1,
    );
    client.socket.resetAndDestroy();
    await server.closed(1);
    expect(await readFigures(server)).toMatchObject({
      active: 0,
      closed: { client_disconnect: 1 },
    });
  });
}
