import { once } from 'node:events';
import { connect as connectSession } from 'node:http2';
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectSecurely } from 'node:tls';
import { createFrameLog } from './http2-frames.mjs';
import { show, showBytes } from './show.mjs';

/** A session's bytes pass through it: nobody may touch a session's own socket. */
class Tap extends Duplex {
  #socket;

  constructor(socket, onBytes) {
    super();
    this.#socket = socket;
    socket.on('data', (chunk) => {
      onBytes(chunk);
      if (!this.push(chunk)) socket.pause();
    });
    socket.on('end', () => this.push(null));
    socket.on('error', () => {});
    socket.on('close', () => this.destroy());
  }

  _read() {
    this.#socket.resume();
  }

  _write(chunk, _encoding, done) {
    this.#socket.write(chunk, done);
  }

  _final(done) {
    this.#socket.end(done);
  }

  _destroy(error, done) {
    this.#socket.destroy();
    done(error);
  }
}

/**
 * A client of one session: what it sees of each stream has a lane of its own,
 * the frames of all streams another.
 *
 * @param log - given a line and its lane.
 * @param options - `key`: of a client over TLS. `isHeard` false: what it receives
 * is not compared, since it leaves at a moment that depends on the network.
 */
export async function createHttp2Client(port, label, log, options = {}) {
  const { key, isHeard = true, ...rest } = options;
  const tcp = connect({ port, host: '127.0.0.1', noDelay: true });
  const socket = key
    ? connectSecurely({ ...key, socket: tcp, ALPNProtocols: ['h2'] })
    : tcp;
  const frames = createFrameLog();
  const tap = new Tap(socket, frames.read);
  const session = connectSession('http://a', {
    ...rest,
    createConnection: () => tap,
  });
  const closed = new Promise((resolve) => session.once('close', resolve));
  const counts = { request: 0, push: 0 };
  const tell = (line, lane) => {
    if (isHeard) log(line, lane);
  };

  /** Follows a stream of the session until it closes. */
  const follow = (stream, kind, isPaused = false) => {
    const lane = `${label}.${kind}${++counts[kind]}`;
    const chunks = [];
    const received = () => Buffer.concat(chunks);
    const isClosed = new Promise((resolve) => stream.once('close', resolve));
    const read = () => stream.on('data', (chunk) => chunks.push(chunk));
    for (const event of ['response', 'headers', 'trailers', 'push']) {
      stream.on(event, (headers, flags) =>
        tell(`${event} ${showHeaders(headers)} ${flags}`, lane),
      );
    }
    for (const event of ['continue', 'aborted', 'end']) {
      stream.on(event, () => tell(event, lane));
    }
    stream.on('error', (error) => tell(show(error, new Map()), lane));
    stream.once('close', () => {
      tell(showBytes(received()), lane);
      tell(`close ${stream.rstCode}`, lane);
    });
    if (!isPaused) read();
    return {
      stream,
      closed: isClosed,
      read,
      /** Resolves once `text` was received, or nothing comes any more. */
      async waitFor(text) {
        while (!received().includes(text)) {
          if (stream.destroyed) return;
          await Promise.race([once(stream, 'data'), isClosed]);
        }
      },
    };
  };

  session.on('stream', (stream, headers) => {
    const { stream: pushed } = follow(stream, 'push');
    tell(`promised ${showHeaders(headers)}`, `${label}.push${counts.push}`);
    pushed.on('error', () => {});
  });
  session.on('goaway', (code, last) => tell(`goaway ${code} ${last}`, label));
  session.on('error', (error) => tell(show(error, new Map()), label));
  session.on('close', () => tell('close', label));
  await Promise.race([once(session, 'connect').catch(() => {}), closed]);

  return {
    session,
    socket,
    tcp,
    closed,
    request: (headers, { isPaused, ...streamOptions } = {}) =>
      follow(session.request(headers, streamOptions), 'request', isPaused),
    logFrames() {
      for (const frame of frames.list()) tell(frame, `${label}.frames`);
    },
  };
}

/** Headers as text, without the time of day. */
export function showHeaders(headers) {
  return show({ ...headers }, new Map()).replace(/(\bdate: )'[^']*'/i, "$1'*'");
}
