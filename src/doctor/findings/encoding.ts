import { listEncodingsOf } from '../checks/encoding.ts';
import { isKnownEncoding } from '../exchange/decode.ts';
import type { Observation } from '../observation.ts';
import { cleanText, formatBytes, formatMs } from '../text.ts';
import { describeBuffering } from './buffering.ts';
import type { Check } from './check.ts';

/** Nothing decoded for so long is no slow start, ms. */
const WAIT_MS = 1000;

/** Compression. */
export const ENCODING_CHECKS: readonly Check[] = [
  {
    id: 'encoding-unknown',
    severity: 'error',
    title: 'The stream is encoded as nobody asked',
    why: 'Browsers cannot read it, and give it to the page as it is or not at all.',
    change:
      'Send only what Accept-Encoding names. A cache that mixes clients up needs Vary: Accept-Encoding.',
    look: ({ asked, ...observation }) => {
      const encodings = encodingsOf(observation);
      const unasked = encodings.filter(
        (one) => !asked.acceptedEncodings.includes(one),
      );
      const unread = encodings.length > 1 || !encodings.every(isKnownEncoding);
      if (unasked.length === 0 && !unread) return undefined;
      return `Content-Encoding: ${cleanText(encodings.join(', '), 60)}; asked for ${asked.acceptedEncodings.join(', ')}.`;
    },
  },
  {
    id: 'encoding-broken',
    severity: 'error',
    title: 'The compression is broken',
    why: 'Browsers end the stream with an error where they cannot go on.',
    change:
      'Switch compression of this route off; something compresses twice, or cuts the end.',
    look: ({ stream, ...observation }) =>
      stream?.encodingError === undefined
        ? undefined
        : `Content-Encoding: ${cleanText(encodingsOf(observation).join(', '), 60)}: ${stream.encodingError}.`,
  },
  {
    id: 'compression-holds',
    severity: 'error',
    title: 'Compression holds events back',
    why: 'A compressor collects until its block is full, unless it is told to flush after each event.',
    change:
      'Call flush() after each event (compression: response.flush()), or exclude text/event-stream. nginx: "gzip off", or leave the type out of gzip_types.',
    look: (observation) => {
      const { stream } = observation;
      if (stream === undefined || encodingsOf(observation).length === 0) {
        return undefined;
      }
      const encoding = cleanText(encodingsOf(observation).join(', '), 40);
      if (stream.encodingError !== undefined) return undefined;
      if (
        stream.bytes === 0 &&
        stream.wireBytes > 0 &&
        stream.watchedMs > WAIT_MS
      ) {
        return `${formatBytes(stream.wireBytes)} of ${encoding} came in ${formatMs(stream.watchedMs)}, and not one byte can be decoded yet.`;
      }
      const evidence = describeBuffering(observation);
      return evidence && `With Content-Encoding ${encoding}: ${evidence}`;
    },
  },
];

function encodingsOf({ head }: Pick<Observation, 'head'>): string[] {
  return head?.status === 200 ? listEncodingsOf(head) : [];
}
