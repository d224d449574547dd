import { OTHER } from '../semconv.ts';
import {
  type CloseCause,
  errorTypeOf,
  guardCauseOf,
  isDisconnect,
} from './close-reason.ts';
import { type Connection, ENDED } from './connection.ts';
import { EXCHANGE, type MeasuredStream } from './keys.ts';

const NGHTTP2_CANCEL = 8;

/** By their numbers, RFC 9113 section 7, as `node:http2` names them. */
const ERROR_CODES = [
  'NGHTTP2_NO_ERROR',
  'NGHTTP2_PROTOCOL_ERROR',
  'NGHTTP2_INTERNAL_ERROR',
  'NGHTTP2_FLOW_CONTROL_ERROR',
  'NGHTTP2_SETTINGS_TIMEOUT',
  'NGHTTP2_STREAM_CLOSED',
  'NGHTTP2_FRAME_SIZE_ERROR',
  'NGHTTP2_REFUSED_STREAM',
  'NGHTTP2_CANCEL',
  'NGHTTP2_COMPRESSION_ERROR',
  'NGHTTP2_CONNECT_ERROR',
  'NGHTTP2_ENHANCE_YOUR_CALM',
  'NGHTTP2_INADEQUATE_SECURITY',
  'NGHTTP2_HTTP_1_1_REQUIRED',
];

/** Decides at `close` why a stream ended; see docs/discoveries.md. */
export function decideStreamCause(connection: Connection): CloseCause {
  const stream = connection.response as MeasuredStream;
  const guardCause = guardCauseOf(stream);
  if (guardCause !== undefined) return { reason: guardCause };
  if (connection.has(ENDED)) return { reason: 'completed' };
  const exchange = stream[EXCHANGE];
  if (exchange?.isTimedOut()) return { reason: 'timeout' };
  const { rstCode, errored } = stream;
  const isListening = exchange?.server.listening !== false;
  const here = { reason: isListening ? 'server_close' : 'shutdown' } as const;
  if (exchange?.isClosedHere && !errored) return here;
  const isGone = rstCode === NGHTTP2_CANCEL || isDisconnect(errored);
  if (!exchange?.isClosedHere && isGone) return { reason: 'client_disconnect' };
  if (errored && (exchange?.isClosedHere || exchange?.isSessionOver)) {
    return { reason: 'error', errorType: errorTypeOf(errored) };
  }
  if (exchange?.isSessionOver) return here;
  // A client that closes without an error: Node has the code of our own close.
  if (!rstCode) return { reason: 'client_disconnect' };
  return { reason: 'error', errorType: ERROR_CODES[rstCode] ?? OTHER };
}
