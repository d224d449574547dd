// Programs that end their process. Each is a handler of one request, which a
// client in another process sends.

const EVENT = 'data: 1\n\n';
const BIG = Buffer.alloc(16 * 1024 * 1024, EVENT);

function open(res) {
  res.writeHead(200, { 'Content-Type': 'text/event-stream' });
  res.write(EVENT);
}

function fail() {
  throw new RangeError('by the application');
}

export const programs = {
  'the server closes, and nothing is left to do': ({ res, server }) => {
    open(res);
    res.end(EVENT, () => server.close());
  },
  'the server closes while a client stays until it leaves': ({
    res,
    server,
    leave,
  }) => {
    open(res);
    server.close();
    res.write(EVENT, leave);
  },
  'the last stream is destroyed': ({ res, server }) => {
    open(res);
    server.close();
    res.write(EVENT, () => res.destroy());
  },
  'an exit code is set, and the server closes': ({ res, server }) => {
    open(res);
    process.exitCode = 4;
    res.end(EVENT, () => server.close());
  },
  'a server without a reference, and no stream': ({ res, server }) => {
    server.unref();
    open(res);
    res.end(EVENT);
  },
  'exit in a handler': ({ res }) => {
    open(res);
    process.exit(3);
  },
  'exit in the callback of a write': ({ res }) => {
    open(res);
    res.write(EVENT, () => process.exit(3));
  },
  'exit in a listener to close': ({ res }) => {
    open(res);
    res.on('close', () => process.exit(3));
    res.end(EVENT);
  },
  'exit while blocked': ({ res }) => {
    open(res);
    res.write(BIG);
    setImmediate(() => process.exit(3));
  },
  'an exception in a handler': ({ res }) => {
    open(res);
    fail();
  },
  'an exception in a handler, before the headers': ({ res }) => {
    res.setHeader('Content-Type', 'text/event-stream');
    fail();
  },
  'an exception in the callback of a write': ({ res }) => {
    open(res);
    res.write(EVENT, fail);
  },
  'an exception in the callback of an end': ({ res }) => {
    open(res);
    res.end(EVENT, fail);
  },
  'an exception in a listener to close': ({ res, leave }) => {
    open(res);
    res.on('close', fail);
    res.write(EVENT, leave);
  },
  'an exception in a listener to drain': ({ res }) => {
    open(res);
    res.on('drain', fail);
    res.write(BIG);
  },
  'an exception that is caught, then a natural exit': ({ res, server }) => {
    process.on('uncaughtException', (error, origin) => {
      console.error(`${origin}: ${error.message}`);
      res.end(EVENT, () => server.close());
    });
    open(res);
    fail();
  },
  'a write of what Node refuses': ({ res }) => {
    open(res);
    res.write(1);
  },
  'a write of null': ({ res }) => {
    open(res);
    res.write(null);
  },
  'headers after they were sent': ({ res }) => {
    open(res);
    res.setHeader('X-Late', '1');
  },
  'a status code that is none': ({ res }) => {
    res.writeHead(7, { 'Content-Type': 'text/event-stream' });
  },
  'an invalid header': ({ res }) => {
    res.setHeader('Content-Type', 'text/event-stream\n');
  },
  'a write after the end that nobody listens to': ({ res }) => {
    open(res);
    res.end(EVENT);
    res.write(EVENT);
  },
  'a handler that rejects': async ({ res }) => {
    open(res);
    await Promise.reject(new RangeError('by the application'));
  },
  'a signal': ({ res }) => {
    open(res);
    res.write(EVENT, () => process.kill(process.pid, 'SIGTERM'));
  },
  'a signal that closes the server': ({ res, server }) => {
    process.on('SIGTERM', () => {
      server.close();
      res.end(EVENT);
    });
    open(res);
    res.write(EVENT, () => process.kill(process.pid, 'SIGTERM'));
  },
  'too many listeners': ({ res, server }) => {
    for (let i = 0; i < 11; i++) res.on('close', () => {});
    open(res);
    res.end(EVENT, () => server.close());
  },
  'as many listeners as Node takes': ({ res, server }) => {
    for (let i = 0; i < 10; i++) res.on('close', () => {});
    open(res);
    res.end(EVENT, () => server.close());
  },
};
