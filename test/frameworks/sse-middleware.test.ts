import { EventEmitter } from 'node:events';
import { EventSource } from 'eventsource';
import { expect, test } from 'vitest';
import { EXPRESSES, type ExpressResponse } from '../support/expresses.ts';
import { startMeasured } from '../support/measured-server.ts';
import { until } from '../support/poll.ts';
import { readFigures } from '../support/stream-figures.ts';

interface SseResponse extends ExpressResponse {
  sse?: { send(data: unknown, event?: string): void };
}

/** As express-sse has it: one object is the middleware and sends to everyone. */
class Sse extends EventEmitter {
  #id = 0;

  readonly init = (
    _request: unknown,
    response: SseResponse,
    next: () => void,
  ): void => {
    const write = (text: string) => response.write(text);
    const end = () => response.end();
    this.setMaxListeners(this.getMaxListeners() + 2);
    response.statusCode = 200;
    response.setHeader('Content-Type', 'text/event-stream');
    response.setHeader('Cache-Control', 'no-cache');
    response.setHeader('X-Accel-Buffering', 'no');
    this.on('data', write).once('end', end);
    response.on('close', () => {
      this.off('data', write).off('end', end);
    });
    response.sse = {
      send: (data, event) => write(this.#format(data, event)),
    };
    response.write(': welcome\n\n');
    next();
  };

  send(data: unknown, event?: string): void {
    this.emit('data', this.#format(data, event));
  }

  #format(data: unknown, event?: string): string {
    const type = event === undefined ? '' : `event: ${event}\n`;
    return `id: ${++this.#id}\n${type}data: ${JSON.stringify(data)}\n\n`;
  }

  end(): void {
    this.emit('end');
  }
}

for (const [version, createApp] of EXPRESSES) {
  test(`a shared emitter on ${version} is measured for each of its clients`, async () => {
    const sse = new Sse();
    const app = createApp();
    app.get('/users/:id/events', sse.init, greet);
    await using server = await startMeasured({}, app);
    const received: string[] = [];
    const sources = ['1', '2', 'tom'].map((id) => {
      const source = new EventSource(`${server.url}/users/${id}/events`);
      for (const type of ['hello', 'price']) {
        source.addEventListener(type, ({ data }) => received.push(data));
      }
      source.onmessage = ({ data }) => received.push(data);
      return source;
    });
    await until('clients', () => sse.listenerCount('data') === 3);
    for (let i = 0; i < 5; i++) sse.send({ i }, 'price');
    sse.send('grüß dich');
    await until('events', () => received.length === 21);

    const text =
      ': welcome\n\nid: 1\nevent: hello\ndata: 0\n\nid: 9\ndata: "grüß dich"\n\n';
    const price = 'id: 4\nevent: price\ndata: {"i":0}\n\n';
    const open = await readFigures(server);
    expect(open).toMatchObject({
      routes: ['/users/:id/events'],
      active: 3,
      events: { hello: 3, price: 15, message: 3 },
      content: 3 * (Buffer.byteLength(text) + 5 * price.length),
    });
    expect(await server.sum('sentComments')).toBe(3);
    expect(await server.sum('writes')).toBe(24);
    expect(await server.sum('protocolErrors')).toBe(0);

    const broken = await server.request('/users/9/events');
    await broken.waitFor('hello');
    broken.socket.resetAndDestroy();
    await server.closed(1);
    sources[0]?.close();
    await server.closed(2);
    for (const source of sources) source.onerror = () => source.close();
    sse.end();
    await server.closed(4);
    expect(await readFigures(server)).toMatchObject({
      routes: ['/users/:id/events'],
      active: 0,
      events: { hello: 4, price: 15, message: 3 },
      closed: { completed: 2, client_disconnect: 2 },
    });
    expect(await server.sum('lateWrites')).toBe(0);
  });

  test(`a shared emitter on ${version} that keeps its dead clients makes late writes`, async () => {
    const sse = new Sse();
    const app = createApp();
    app.get('/users/:id/events', (request, response) => {
      sse.init(request, response, () => {});
      sse.on('data', (text: string) => response.write(text));
    });
    await using server = await startMeasured({}, app);
    const client = await server.request('/users/9/events');
    await client.waitFor('welcome');
    client.socket.resetAndDestroy();
    await server.closed(1);
    sse.send('nobody there');
    expect(await server.sum('lateWrites')).toBe(1);
    expect((await readFigures(server)).events).toEqual({});
  });
}

/** Sends to one client what `sse.send` would send to all. */
function greet(_request: unknown, { sse }: SseResponse): void {
  sse?.send(0, 'hello');
}
