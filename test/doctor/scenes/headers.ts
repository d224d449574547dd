import { brotliCompressSync, createGzip, gzipSync } from 'node:zlib';
import {
  BODY,
  onPlain,
  type Scenes,
  sendStream,
  streaming,
} from '../support/examine.ts';

const well = onPlain(streaming());
const GZIP = { 'Content-Encoding': 'gzip' };

/** Headers and compression. */
export const HEADER_SCENES: Record<string, Scenes> = {
  charset: {
    sick: onPlain(
      streaming({ 'Content-Type': 'text/event-stream; charset=iso-8859-1' }),
    ),
    well: onPlain(
      streaming({ 'Content-Type': 'text/event-stream; charset="UTF-8"' }),
    ),
  },
  cacheable: {
    sick: onPlain(streaming({ 'Cache-Control': 'max-age=60' })),
    well: onPlain(streaming({ 'Cache-Control': 'private, no-store' })),
  },
  'from-cache': {
    sick: onPlain(streaming({ 'X-Cache': 'HIT from edge-1' })),
    well: onPlain(streaming({ 'X-Cache': 'MISS', Age: '0' })),
  },
  'content-length': {
    sick: onPlain(streaming({ 'Content-Length': '100000' })),
    well,
  },
  'accel-buffering': {
    sick: onPlain(streaming({ 'X-Accel-Buffering': 'yes' })),
    well: onPlain(streaming({ 'X-Accel-Buffering': 'no' })),
  },
  'encoding-unknown': {
    // Without TLS nobody asks for it.
    sick: onPlain(
      streaming({ 'Content-Encoding': 'br' }, brotliCompressSync(BODY)),
    ),
    well: onPlain(streaming(GZIP, gzipSync(BODY))),
  },
  'encoding-broken': {
    sick: onPlain(streaming(GZIP)),
    well: onPlain(streaming(GZIP, gzipSync(BODY))),
  },
  'compression-holds': {
    sick: onPlain(
      (_, response) => {
        response.writeHead(200, {
          'Content-Type': 'text/event-stream',
          'Cache-Control': 'no-cache',
          ...GZIP,
        });
        const gzip = createGzip();
        gzip.pipe(response);
        gzip.write(BODY);
      },
      { seconds: 1.2 },
    ),
    well: onPlain((_, response) => {
      sendStream(response, GZIP, '');
      const gzip = createGzip();
      gzip.pipe(response);
      gzip.write(BODY);
      gzip.flush();
    }),
  },
};
