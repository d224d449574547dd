import { listEncodingsOf } from '../checks/encoding.ts';
import { type Observation, PHASES, readHeader } from '../observation.ts';
import {
  cleanText,
  formatBytes,
  formatCount,
  formatMs,
  formatShare,
} from '../text.ts';

/** What was seen, as names and values: the part of a report that judges nothing. */
export function listFacts(observation: Observation): [string, string][] {
  const { head, stream, connection, resume, disconnect } = observation;
  const facts: [string, string | undefined][] = [
    ['answer', head && describeHead(observation)],
    ['waited', describeTimings(observation)],
    [
      'certificate',
      connection?.tls &&
        `until ${describeDay(connection.tls.validTo)}, by ${connection.tls.issuer}`,
    ],
    ['came', stream && describeContent(observation)],
    ['types', stream?.types.length ? stream.types.join(', ') : undefined],
    ['between', stream && describeRhythm(observation)],
    ['buffering', describeBuffering(observation)],
    [
      'retry',
      stream?.retries.length ? formatMs(stream.retries.at(-1) ?? 0) : undefined,
    ],
    [
      'resume',
      resume &&
        (resume.outcome === 'next' ? 'goes on where it was' : resume.outcome),
    ],
    [
      'disconnect',
      disconnect &&
      disconnect.problem === undefined &&
      disconnect.closedAfter > disconnect.closedBefore
        ? `noticed after ${formatMs(disconnect.waitedMs)}`
        : undefined,
    ],
    ['ended', stream && describeEnding(observation)],
  ];
  return facts.flatMap(([name, value]): [string, string][] =>
    value === undefined || value === '' ? [] : [[name, value]],
  );
}

function describeHead({ head }: Observation): string {
  if (head === undefined) return '';
  const encodings = listEncodingsOf(head);
  const parts = [
    `HTTP/${head.version} ${head.status}`,
    cleanText(readHeader(head, 'content-type') ?? 'no content type', 60),
    ...(encodings.length > 0 ? [cleanText(encodings.join(', '), 40)] : []),
    ...(/\bh3\b/.test(readHeader(head, 'alt-svc') ?? '')
      ? ['offers HTTP/3']
      : []),
  ];
  return parts.join(', ');
}

function describeTimings({ timings }: Observation): string {
  return PHASES.flatMap((phase) => {
    const ms = timings[phase];
    return ms === undefined
      ? []
      : [`${phase.replace('_', ' ')} ${formatMs(ms)}`];
  }).join(', ');
}

function describeContent({ stream }: Observation): string {
  if (stream === undefined) return '';
  const wire =
    stream.wireBytes === stream.bytes
      ? ''
      : ` (${formatBytes(stream.wireBytes)} encoded)`;
  const { events, comments, bytes, watchedMs } = stream;
  return `${formatCount(events, 'event')}, ${formatCount(comments, 'comment')}, ${formatBytes(bytes)}${wire} in ${formatMs(watchedMs)}`;
}

function describeRhythm({ stream }: Observation): string {
  if (stream === undefined) return '';
  const { intervalMs, heartbeatMs, longestSilenceMs } = stream;
  return [
    ...(intervalMs === undefined ? [] : [`events ${formatMs(intervalMs)}`]),
    ...(heartbeatMs === undefined ? [] : [`comments ${formatMs(heartbeatMs)}`]),
    `longest silence ${formatMs(longestSilenceMs)}`,
  ].join(', ');
}

function describeBuffering({ stream }: Observation): string | undefined {
  const ratio = stream?.buffering.ratio;
  return ratio === undefined
    ? undefined
    : `${formatShare(ratio)} of events held back`;
}

function describeEnding({ stream }: Observation): string {
  switch (stream?.ending) {
    case 'completed':
      return 'by the server';
    case 'broken':
      return 'broken off';
    case 'full':
      return 'by the doctor, after 256 MB';
    default:
      return 'by the doctor';
  }
}

function describeDay(ms: number): string {
  return Number.isNaN(ms)
    ? 'an unknown day'
    : new Date(ms).toISOString().slice(0, 10);
}
