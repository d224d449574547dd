import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import type { Head } from '../observation.ts';
import type { Answer, Outgoing } from './answer.ts';

/** Sends a request over a connection by HTTP/1.1. */
export async function sendHttp1(
  socket: Socket,
  outgoing: Outgoing,
  signal: AbortSignal,
): Promise<Answer> {
  const { url, method, headers, body } = outgoing;
  const sent = request({
    // Node adds none when it is given a connection; servers behave by it.
    headers: { Host: url.host, Connection: 'keep-alive', ...headers },
    method,
    path: url.pathname + url.search,
    createConnection: () => socket,
  });
  sent.on('error', () => {});
  sent.end(body);
  try {
    const [response] = (await once(sent, 'response', { signal })) as [
      IncomingMessage,
    ];
    // Who waits for the body hears of its end by `close`.
    response.on('error', () => {});
    return {
      head: readHead(response),
      body: response,
      isWhole: () => response.complete,
      close: () => void socket.destroy(),
    };
  } catch (error) {
    socket.destroy();
    throw signal.aborted ? signal.reason : error;
  }
}

function readHead(response: IncomingMessage): Head {
  const { rawHeaders, httpVersion, statusCode = 0 } = response;
  const headers: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    headers.push([
      String(rawHeaders[i]).toLowerCase(),
      rawHeaders[i + 1] ?? '',
    ]);
  }
  const version = httpVersion === '1.0' ? '1.0' : '1.1';
  return { status: statusCode, version, headers };
}
