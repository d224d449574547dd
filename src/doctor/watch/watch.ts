import type { Answer } from '../exchange/answer.ts';
import { createDecoder } from '../exchange/decode.ts';
import { createRecorder } from './recorder.ts';
import type { Ending, StreamReport } from './stream-report.ts';

/** How long a stream is watched. */
export interface WatchOptions {
  readonly seconds: number;
  /** Also when there were enough. @defaultValue 0 */
  readonly leastSeconds?: number;
  /** Enough events; not with `idleSeconds`. */
  readonly events: number;
  /** Watched for as long, whatever comes. */
  readonly idleSeconds?: number | undefined;
  readonly encoding: string;
  readonly headersMs: number;
  readonly signal: AbortSignal;
  /** Told of what came so far, whenever something came. */
  readonly onProgress?:
    | ((events: number, comments: number) => void)
    | undefined;
}

/** Decoded bytes that are read: a stream without an end, or a trap. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Watches a stream until there was enough of it, and closes it. */
export async function watch(
  answer: Answer,
  options: WatchOptions,
): Promise<StreamReport> {
  const { body, isWhole } = answer;
  const { seconds, leastSeconds = 0, idleSeconds, signal } = options;
  const recorder = createRecorder(options.headersMs);
  const enough =
    idleSeconds === undefined ? options.events : Number.POSITIVE_INFINITY;
  const longest = Math.max(seconds, idleSeconds ?? 0);
  let bytes = 0;
  let stopDecoding = () => {};
  const ending = await new Promise<Ending>((resolve) => {
    const finish = () => stop('watched');
    const timer = setTimeout(finish, longest * 1000);
    let isEarly = leastSeconds > 0;
    const least = setTimeout(() => {
      isEarly = false;
      if (recorder.events >= enough) finish();
    }, leastSeconds * 1000);
    const stop = (why: Ending) => {
      clearTimeout(timer);
      clearTimeout(least);
      signal.removeEventListener('abort', finish);
      resolve(why);
    };
    signal.addEventListener('abort', finish, { once: true });
    if (signal.aborted) finish();
    const read = (chunk: Uint8Array) => {
      bytes += chunk.byteLength;
      recorder.read(chunk);
      options.onProgress?.(recorder.events, recorder.comments);
      if (recorder.events >= enough && !isEarly) stop('watched');
      else if (bytes > MAX_BYTES) stop('full');
    };
    let hasClosed = false;
    let hasFailed = false;
    const end = () => {
      if (hasClosed) stop(isWhole() ? 'completed' : 'broken');
    };
    const decoder = createDecoder(options.encoding, read, end, (error) => {
      hasFailed = true;
      // A compressed stream that is cut is broken, whatever the decoder says.
      if (!hasClosed || isWhole()) recorder.failEncoding(error);
      end();
    });
    stopDecoding = () => decoder.destroy();
    body.on('data', (chunk: Uint8Array) => {
      recorder.readWire(chunk.byteLength);
      decoder.write(chunk);
    });
    const close = () => {
      hasClosed = true;
      if (hasFailed) end();
      else decoder.end();
    };
    if (body.closed) close();
    else body.once('close', close);
  });
  answer.close();
  // What it has still to decode may be a thousand times what came.
  stopDecoding();
  return recorder.finish(ending);
}
