// An instance of a fleet: three routes, four types of events, readers that resume,
// and streams of its own that it reads. Its parent says what happens.
import { createServer } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';

const TYPES = ['message', 'tick', 'tock', 'done'];
const streams = new Set();

const server = createServer((request, response) => {
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache',
  });
  response.write(`: open\n\n${TYPES.map((type) => eventOf(type)).join('')}`);
  // More than anybody takes at once.
  if (request.url.endsWith('?much'))
    response.write(eventOf('tick', 'x'.repeat(9e6)));
  streams.add(response);
  response.on('close', () => streams.delete(response));
});

function eventOf(type, data = 'x'.repeat(100)) {
  return `event: ${type}\ndata: ${data}\n\n`;
}

const commands = {
  /** Writes an event of each type to every stream. */
  async broadcast() {
    for (const type of TYPES) {
      const event = eventOf(type);
      for (const response of streams) response.write(event);
      await turn();
    }
  },
  /** Reads so many streams of its own, as a server that asks another does. */
  async fetch({ paths }) {
    const { port } = server.address();
    for (const path of paths) {
      const { body } = await fetch(`http://127.0.0.1:${port}${path}`, {
        headers: { Accept: 'text/event-stream' },
      });
      await body.getReader().read();
    }
  },
};

process.on('message', async ({ id, command, ...options }) => {
  process.send({ id, answer: await commands[command](options) });
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', 4096, () => {
  process.send({ id: 0, answer: server.address().port });
});
