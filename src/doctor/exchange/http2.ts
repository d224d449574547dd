import { once } from 'node:events';
import { connect, type IncomingHttpHeaders } from 'node:http2';
import type { Socket } from 'node:net';
import type { Head } from '../observation.ts';
import type { Answer, Outgoing } from './answer.ts';

/** Headers that HTTP/2 forbids. */
const PER_CONNECTION = /^(?:connection|host|keep-alive|transfer-encoding)$/i;

/** Sends a request over a connection by HTTP/2. */
export async function sendHttp2(
  socket: Socket,
  outgoing: Outgoing,
  signal: AbortSignal,
): Promise<Answer> {
  const { url, method, body } = outgoing;
  const session = connect(url.origin, { createConnection: () => socket });
  session.on('error', () => {});
  const kept = Object.entries(outgoing.headers).filter(
    ([name]) => !PER_CONNECTION.test(name),
  );
  const stream = session.request(
    {
      ':method': method,
      ':scheme': url.protocol.slice(0, -1),
      ':authority': url.host,
      ':path': url.pathname + url.search,
      ...Object.fromEntries(
        kept.map(([key, value]) => [key.toLowerCase(), value]),
      ),
    },
    { endStream: body === undefined },
  );
  let isWhole = false;
  stream.on('error', () => {});
  stream.once('end', () => {
    isWhole = !stream.aborted;
  });
  if (body !== undefined) stream.end(body);
  try {
    const answered = once(stream, 'response', { signal });
    // A connection that ends takes its streams along without an error.
    const closed = once(stream, 'close', { signal }).then(() => {
      throw new Error('the connection was closed before the headers');
    });
    const [headers] = (await Promise.race([answered, closed])) as [
      IncomingHttpHeaders & { ':status'?: number },
    ];
    return {
      head: readHead(headers),
      body: stream,
      isWhole: () => isWhole,
      close: () => session.destroy(),
    };
  } catch (error) {
    session.destroy();
    throw signal.aborted ? signal.reason : error;
  }
}

function readHead(all: IncomingHttpHeaders & { ':status'?: number }): Head {
  const headers: [string, string][] = [];
  for (const [name, value] of Object.entries(all)) {
    if (name.startsWith(':') || value === undefined) continue;
    for (const one of [value].flat()) headers.push([name, String(one)]);
  }
  return { status: all[':status'] ?? 0, version: '2', headers };
}
