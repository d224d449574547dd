import { isEventStream } from '../../protocol/content-type.ts';
import { type Observation, readHeader } from '../observation.ts';
import { cleanText } from '../text.ts';
import type { Check } from './check.ts';

/** Headers of a stream. */
export const HEADER_CHECKS: readonly Check[] = [
  {
    id: 'charset',
    severity: 'warning',
    title: 'The charset is not UTF-8',
    why: 'Event streams are read as UTF-8, whatever the header says.',
    change: 'Write UTF-8, and leave the parameter away.',
    look: (observation) => {
      const type = readStreamHeader(observation, 'content-type') ?? '';
      const [, charset = ''] = /;\s*charset="?([^";\s]*)/i.exec(type) ?? [];
      if (charset === '' || /^utf-?8$/i.test(charset)) return undefined;
      return `Content-Type: ${cleanText(type, 80)}`;
    },
  },
  {
    id: 'cacheable',
    severity: 'warning',
    title: 'Caches may keep the stream',
    why: 'A cache collects an answer before it hands it out, and may give the same old events to the next client.',
    change:
      'Send Cache-Control: no-cache, or no-store; no-transform keeps proxies from compressing it.',
    look: (observation) => {
      // No cache keeps the answer to a POST.
      if (!isStream(observation) || observation.asked.method !== 'GET') {
        return undefined;
      }
      const control = readStreamHeader(observation, 'cache-control');
      if (control === undefined) return 'There is no Cache-Control.';
      return /\bno-(?:cache|store)\b/i.test(control)
        ? undefined
        : `Cache-Control: ${cleanText(control, 80)}`;
    },
  },
  {
    id: 'from-cache',
    severity: 'error',
    title: 'The stream comes from a cache',
    why: 'What a cache has is over: old events, once more.',
    change:
      'Exclude the route from the cache, and send Cache-Control: no-store.',
    look: (observation) => {
      const age = readStreamHeader(observation, 'age');
      if (age !== undefined && Number(age) > 0) {
        return `Age: ${cleanText(age, 20)} seconds.`;
      }
      return ['x-cache', 'cf-cache-status', 'x-cache-status'].flatMap(
        (name) => {
          const value = readStreamHeader(observation, name);
          return value && /\bhit\b/i.test(value)
            ? [`${name}: ${cleanText(value, 60)}`]
            : [];
        },
      )[0];
    },
  },
  {
    id: 'content-length',
    severity: 'error',
    title: 'The stream has a Content-Length',
    why: 'A stream ends after that many bytes, and something had to collect it to know the number.',
    change:
      'Leave the header away. Where a proxy adds it, it collects the whole answer: switch buffering off.',
    look: (observation) => {
      const length = readStreamHeader(observation, 'content-length');
      return length && `Content-Length: ${cleanText(length, 20)}`;
    },
  },
  {
    id: 'accel-buffering',
    severity: 'warning',
    title: 'X-Accel-Buffering asks for buffering',
    why: 'nginx, and proxies that learned it from nginx, collect events until a buffer is full.',
    change: 'Send X-Accel-Buffering: no.',
    look: (observation) => {
      const value = readStreamHeader(observation, 'x-accel-buffering');
      if (value === undefined || value.trim().toLowerCase() === 'no') {
        return undefined;
      }
      return `X-Accel-Buffering: ${cleanText(value, 40)}`;
    },
  },
];

function isStream({ head }: Observation): boolean {
  return (
    head?.status === 200 && isEventStream(readHeader(head, 'content-type'))
  );
}

/** A header of a stream; of an error page none matters. */
function readStreamHeader(
  observation: Observation,
  name: string,
): string | undefined {
  return isStream(observation) ? readHeader(observation.head, name) : undefined;
}
