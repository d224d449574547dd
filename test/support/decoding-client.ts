import { once } from 'node:events';
import { get } from 'node:http';
import type { Transform } from 'node:stream';
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from 'node:zlib';
import { until } from './poll.ts';

/** A client that decodes what it receives, as browsers do. */
export interface DecodingClient {
  /** `Content-Encoding` of the response. */
  readonly encoding: string | undefined;
  /** Bytes received of the whole response, headers and framing included. */
  wireBytes(): number;
  /** Waits until it has decoded exactly this much. */
  waitFor(text: string): Promise<void>;
  /** Resolves once its socket is closed. */
  readonly closed: Promise<unknown>;
  /** Breaks the connection. */
  leave(): void;
}

const DECODERS: Readonly<Record<string, () => Transform>> = {
  br: createBrotliDecompress,
  deflate: createInflate,
  gzip: createGunzip,
  zstd: createZstdDecompress,
};

/**
 * Asks for an event stream over a socket of its own.
 *
 * @param accepted - `Accept-Encoding` of the request.
 */
export async function openDecoding(
  url: string,
  accepted = 'gzip',
): Promise<DecodingClient> {
  const request = get(url, {
    agent: false,
    headers: { Accept: 'text/event-stream', 'Accept-Encoding': accepted },
  });
  const [response] = await once(request, 'response');
  const { socket } = response;
  const encoding: string | undefined = response.headers['content-encoding'];
  const decode = DECODERS[encoding ?? ''];
  const body = decode === undefined ? response : response.pipe(decode());
  let received = '';
  body.setEncoding('utf8');
  body.on('data', (text: string) => {
    received += text;
  });
  // A client that leaves tells its response and its decoder so.
  response.on('error', () => {});
  body.on('error', () => {});
  return {
    encoding,
    wireBytes: () => socket.bytesRead,
    closed: new Promise((resolve) => socket.once('close', resolve)),
    async waitFor(text) {
      await until(
        'decoded text',
        () => received,
        (value) => value === text,
      );
    },
    leave: () => request.destroy(),
  };
}
