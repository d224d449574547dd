import type { Transform } from 'node:stream';
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from 'node:zlib';

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** Whether an encoding can be read, `identity` included. */
export function isKnownEncoding(encoding: string): boolean {
  return encoding === 'identity' || Object.hasOwn(DECODERS, encoding);
}

/** Takes bytes as they came, gives them as they were written. */
export interface Decoder {
  write(bytes: Uint8Array): void;
  end(): void;
  destroy(): void;
}

/**
 * A decoder that gives each byte as soon as it can.
 *
 * @param encoding - one that is known: see {@link isKnownEncoding}.
 * @param onError - the encoding is broken; nothing more comes.
 */
export function createDecoder(
  encoding: string,
  onBytes: (bytes: Uint8Array) => void,
  onEnd: () => void,
  onError: (error: Error) => void,
): Decoder {
  const create = DECODERS[encoding];
  if (create === undefined) {
    return { write: onBytes, end: onEnd, destroy: () => {} };
  }
  const decoder = create();
  decoder.on('data', onBytes).once('end', onEnd).once('error', onError);
  return {
    write: (bytes) => void (decoder.destroyed || decoder.write(bytes)),
    end: () => void (decoder.destroyed || decoder.end()),
    destroy: () => void decoder.destroy(),
  };
}
