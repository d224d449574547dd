import type { ServerResponse } from 'node:http';
import {
  BODY,
  onPlain,
  type Scenes,
  sendStream,
  streaming,
} from '../support/examine.ts';

/** Calls again and again until the response is closed. */
function every(
  response: ServerResponse,
  ms: number,
  write: (count: number) => void,
): void {
  let count = 0;
  const timer = setInterval(() => write(count++), ms);
  response.once('close', () => clearInterval(timer));
}

/** An event with the time at which it was made. */
function stamped(count: number): string {
  return `id: ${count}\ndata: {"at":${Date.now()}}\n\n`;
}

/** Buffering, waiting, silence, ends. */
export const TIMING_SCENES: Record<string, Scenes> = {
  buffering: {
    sick: onPlain(
      (_, response) => {
        sendStream(response, {}, ': ok\n\n');
        let held = '';
        every(response, 60, (count) => {
          held += stamped(count);
          if (count % 10 < 9) return;
          response.write(held);
          held = '';
        });
      },
      { seconds: 5, events: 20 },
    ),
    // Bursts of a server that ticks, and of what it kept from before.
    well: onPlain(
      (_, response) => {
        const kept = [5000, 4000, 3000].map(
          (ago) => `data: {"at":${Date.now() - ago}}\n\n`,
        );
        sendStream(response, {}, kept.join(''));
        every(response, 400, (count) => {
          response.write(stamped(count) + stamped(count) + stamped(count));
        });
      },
      { seconds: 5, events: 9 },
    ),
  },
  'no-bytes': {
    sick: onPlain((_, response) => sendStream(response, {}, ''), {
      seconds: 1.1,
    }),
    well: onPlain(
      (_, response) => {
        sendStream(response, {}, ':\n\n');
      },
      { seconds: 1.1 },
    ),
  },
  'no-events': {
    sick: onPlain(streaming({}, 'data: never ended\n'), { seconds: 1.1 }),
    // Nothing to say, and said so.
    well: onPlain(streaming({}, 'retry: 3000\n\n: ok\n\n'), { seconds: 1.1 }),
  },
  'headers-late': {
    sick: onPlain(
      (_, response) => {
        setTimeout(() => sendStream(response), 150);
      },
      { slowSeconds: 0.1 },
    ),
    well: onPlain(streaming(), { slowSeconds: 0.5 }),
  },
  'first-event-late': {
    sick: onPlain(
      (_, response) => {
        sendStream(response, {}, ':\n\n');
        setTimeout(() => response.write(BODY), 300);
      },
      { slowSeconds: 0.02, seconds: 3 },
    ),
    well: onPlain(
      (_, response) => {
        sendStream(response, {}, ':\n\n');
        setTimeout(() => response.write(BODY), 300);
      },
      { slowSeconds: 1, seconds: 3 },
    ),
  },
  'heartbeat-missing': {
    sick: onPlain(streaming({}, 'data: a\n\n'), {
      seconds: 0.5,
      proxyTimeoutSeconds: 1,
    }),
    well: onPlain(
      (_, response) => {
        sendStream(response, {}, 'data: a\n\n');
        every(response, 100, () => response.write(':\n\n'));
      },
      { seconds: 0.5, proxyTimeoutSeconds: 1.2 },
    ),
  },
  'heartbeat-slow': {
    sick: onPlain(streaming({}, ': then silence\n\n'), {
      seconds: 0.5,
      proxyTimeoutSeconds: 0.5,
    }),
    well: onPlain(
      (_, response) => {
        sendStream(response, {}, ':\n\n');
        every(response, 100, () => response.write(':\n\n'));
      },
      { seconds: 0.5, proxyTimeoutSeconds: 0.6 },
    ),
  },
  'idle-cut': {
    sick: onPlain(
      (_, response) => {
        sendStream(response, {}, 'data: a\n\n');
        setTimeout(() => response.destroy(), 1050);
      },
      { idleSeconds: 5 },
    ),
    well: onPlain(streaming(), { idleSeconds: 1.1 }),
  },
  'stream-broken': {
    sick: onPlain((_, response) => {
      sendStream(response, {}, 'data: a\n\n');
      setTimeout(() => response.destroy(), 50);
    }),
    well: onPlain((_, response) => {
      sendStream(response, {}, 'data: a\n\n');
      setTimeout(() => response.end(), 50);
    }),
  },
  'stream-ended': {
    sick: onPlain((_, response) => {
      sendStream(response, {}, 'data: a\n\n');
      response.end();
    }),
    well: onPlain((_, response) => {
      sendStream(response, {}, 'data: a\n\ndata: [DONE]\n\n');
      response.end();
    }),
  },
};
