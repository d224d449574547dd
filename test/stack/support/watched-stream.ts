import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';

/** A client that stays, and notices when it is not served. */
export interface WatchedStream extends Disposable {
  /** The longest time without a byte, in seconds. */
  longestGap(): number;
  isOpen(): boolean;
}

/** Opens a stream that sends something every 500 ms. */
export async function watchStream(url: string): Promise<WatchedStream> {
  const sent = get(url, { headers: { Accept: 'text/event-stream' } });
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let longest = 0;
  let last = performance.now();
  let isOpen = response.statusCode === 200;
  const notice = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  response.on('data', notice);
  response.on('error', () => undefined);
  response.once('close', () => {
    isOpen = false;
  });
  return {
    longestGap() {
      notice();
      return longest / 1000;
    },
    isOpen: () => isOpen,
    [Symbol.dispose]: () => void response.destroy(),
  };
}
