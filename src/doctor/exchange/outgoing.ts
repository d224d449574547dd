import type { DoctorSettings } from '../settings.ts';
import type { Outgoing } from './answer.ts';

/** What browsers offer: br and zstd over TLS alone. */
export function listEncodings(url: URL): string[] {
  const always = ['gzip', 'deflate'];
  return url.protocol === 'https:' ? [...always, 'br', 'zstd'] : always;
}

/** The request for a stream as an `EventSource` sends it, and what was added. */
export function createRequest(
  settings: Pick<
    DoctorSettings,
    'body' | 'headers' | 'method' | 'origin' | 'url'
  >,
  lastEventId?: string,
): Outgoing {
  const { url, method, headers, body, origin } = settings;
  const { username, password } = url;
  const own: Record<string, string> = {
    Accept: 'text/event-stream',
    'Accept-Encoding': listEncodings(url).join(', '),
    'Cache-Control': 'no-cache',
    'User-Agent': 'opentelemetry-instrumentation-sse doctor',
    ...(origin !== undefined && { Origin: origin }),
    ...(lastEventId !== undefined && {
      // Browsers send it in UTF-8; Node takes one character a byte.
      'Last-Event-ID': Buffer.from(lastEventId).toString('latin1'),
    }),
    ...(body !== undefined && {
      'Content-Type': 'application/json',
      'Content-Length': String(Buffer.byteLength(body)),
    }),
    ...((username !== '' || password !== '') && {
      Authorization: `Basic ${encodeCredentials(username, password)}`,
    }),
  };
  for (const [name, value] of Object.entries(headers)) {
    const known = Object.keys(own).find(
      (key) => key.toLowerCase() === name.toLowerCase(),
    );
    own[known ?? name] = value;
  }
  return { url, method, headers: own, body };
}

function encodeCredentials(username: string, password: string): string {
  const pair = `${decode(username)}:${decode(password)}`;
  return Buffer.from(pair).toString('base64');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray percent sign stands for itself.
    return text;
  }
}
