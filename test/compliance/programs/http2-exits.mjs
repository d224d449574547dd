// Programs that end their process, each by the compatibility API and by a raw
// stream. A client in another process sends one request.

const EVENT = 'data: 1\n\n';
const BIG = Buffer.alloc(4 * 1024 * 1024, EVENT);
const HEADERS = { 'content-type': 'text/event-stream' };

function open({ out, stream }) {
  if (out === stream) stream.respond(HEADERS);
  else out.writeHead(200, HEADERS);
  out.write(EVENT);
}

function fail() {
  throw new RangeError('by the application');
}

/** Closes a server once its streams are done: its session is kept by the client. */
function close({ server, stream }) {
  const { session } = stream;
  server.close();
  session?.close();
}

/** What happens to a stream that is open. */
const afterOpen = {
  'the server closes, and nothing is left to do': (all) => {
    all.out.end(EVENT, () => close(all));
  },
  'the server closes while a client stays until it leaves': (all) => {
    all.server.close();
    all.out.write(EVENT, all.leave);
  },
  'the last stream is destroyed': (all) => {
    close(all);
    all.out.write(EVENT, () => all.stream.destroy());
  },
  'the last session is destroyed': (all) => {
    all.server.close();
    all.out.write(EVENT, () => all.stream.session.destroy());
  },
  'an exit code is set, and the server closes': (all) => {
    process.exitCode = 4;
    all.out.end(EVENT, () => close(all));
  },
  'a server without a reference, and no stream': (all) => {
    all.server.unref();
    all.out.end(EVENT, all.leave);
  },
  'exit in a handler': () => process.exit(3),
  'exit in the callback of a write': ({ out }) => {
    out.write(EVENT, () => process.exit(3));
  },
  'exit in a listener to close': ({ out }) => {
    out.on('close', () => process.exit(3));
    out.end(EVENT);
  },
  'exit while blocked': ({ out }) => {
    out.write(BIG);
    setImmediate(() => process.exit(3));
  },
  'an exception in a handler': fail,
  'an exception in the callback of a write': ({ out }) => {
    out.write(EVENT, fail);
  },
  'an exception in the callback of an end': ({ out }) => out.end(EVENT, fail),
  'an exception in a listener to close': ({ out }) => {
    out.on('close', fail);
    out.end(EVENT);
  },
  'an exception in a listener to drain': ({ out }) => {
    out.on('drain', fail);
    out.write(BIG);
  },
  'an exception that is caught, then a natural exit': (all) => {
    process.on('uncaughtException', (error, origin) => {
      console.error(`${origin}: ${error.message}`);
      all.out.end(EVENT, () => close(all));
    });
    fail();
  },
  'a write of what Node refuses': ({ out }) => out.write(1),
  'a write of null': ({ out }) => out.write(null),
  'headers after they were sent': ({ out, stream }) => {
    if (out === stream) stream.respond(HEADERS);
    else out.setHeader('X-Late', '1');
  },
  'a handler that rejects': () =>
    Promise.reject(new RangeError('by the application')),
  'a signal': ({ out }) => {
    out.write(EVENT, () => process.kill(process.pid, 'SIGTERM'));
  },
  'a signal that closes the server': (all) => {
    process.on('SIGTERM', () => all.out.end(EVENT, () => close(all)));
    all.out.write(EVENT, () => process.kill(process.pid, 'SIGTERM'));
  },
  'too many listeners': (all) => {
    for (let i = 0; i < 11; i++) all.out.on('close', () => {});
    all.out.end(EVENT, () => close(all));
  },
};

/** The compatibility API listens to errors itself. */
const afterOpenStreams = {
  'an error that nobody listens to': ({ stream }) => {
    stream.destroy(new RangeError('by the application'));
  },
  'an error that nobody listens to is caught, then a natural exit': (all) => {
    process.on('uncaughtException', (error, origin) => {
      console.error(`${origin}: ${error.message}`);
      close(all);
      all.leave();
    });
    all.out.write(EVENT, () => {
      all.stream.destroy(new RangeError('by the application'));
    });
  },
  'a write after the end that nobody listens to': ({ out, stream }) => {
    out.end(EVENT);
    stream.write(EVENT);
  },
};

const beforeOpen = {
  'an exception in a handler, before the headers': fail,
  'a status code that is none': ({ out, stream }) => {
    if (out === stream) stream.respond({ ...HEADERS, ':status': 7 });
    else out.writeHead(7, HEADERS);
  },
  'an invalid header': ({ out, stream }) => {
    if (out === stream) stream.respond({ ...HEADERS, 'a b': '1' });
    else out.setHeader('a b', '1');
  },
};

const KINDS = ['response', 'stream'];

function onEither(table, prepare, kinds = KINDS) {
  return kinds.flatMap((kind) =>
    Object.entries(table).map(([name, run]) => [
      `${kind}: ${name}`,
      (all) => {
        prepare?.(all);
        return run(all);
      },
    ]),
  );
}

export const programs = Object.fromEntries([
  ...onEither(afterOpen, open),
  ...onEither(afterOpenStreams, open, ['stream']),
  ...onEither(beforeOpen),
]);
