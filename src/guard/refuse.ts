import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import { type Face, holderOf } from './keys.ts';
import { accepts } from './option-values.ts';
import type { SseRefusal } from './types.ts';

/** Answers a request that is refused. */
export function refuse(
  face: Face,
  request: IncomingMessage,
  refusal: SseRefusal,
  isStatusOnly: boolean,
): void {
  const isRetry = !isStatusOnly && request.method === 'GET' && accepts(request);
  if (isRetry) answerRetry(face, request, refusal);
  else answerStatus(face, request, refusal);
}

/** What makes an `EventSource` come back: any other status ends it for good. */
function answerRetry(
  face: Face,
  request: IncomingMessage,
  { retrySeconds }: SseRefusal,
): void {
  const headers = {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    ...allowOrigin(face, request),
  };
  const milliseconds = Math.round(retrySeconds * 1000);
  send(face, request, 200, headers, `retry: ${milliseconds}\n\n`);
}

function answerStatus(
  face: Face,
  request: IncomingMessage,
  { reason, retrySeconds }: SseRefusal,
): void {
  const isOwn = reason === 'client_connections';
  const status = isOwn ? 429 : 503;
  const title = isOwn ? 'Too many connections' : 'Service unavailable';
  const headers = {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'retry-after': String(Math.ceil(retrySeconds)),
    ...allowOrigin(face, request),
  };
  const problem = { title, status, reason };
  send(face, request, status, headers, `${JSON.stringify(problem)}\n`);
}

/**
 * Without it a browser's `EventSource` from another origin never comes back. The
 * answer holds nothing that an origin may not see.
 */
function allowOrigin(
  face: Face,
  { headers: { origin } }: IncomingMessage,
): Record<string, string> {
  if (origin === undefined) return {};
  const { getHeader } = face as Partial<ServerResponse>;
  const has = getHeader?.call(face, 'access-control-allow-origin');
  if (has !== undefined) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    vary: 'Origin',
  };
}

function send(
  face: Face,
  request: IncomingMessage,
  status: number,
  headers: Record<string, string>,
  body: string,
): void {
  if ('respond' in face) {
    (face as ServerHttp2Stream).respond({ ':status': status, ...headers });
    face.end(request.method === 'HEAD' ? '' : body);
    return;
  }
  const response = face as ServerResponse;
  // HTTP/2 has no such header, and Node says so.
  const isHttp1 = holderOf(face) === face;
  response.writeHead(
    status,
    isHttp1 ? { ...headers, connection: 'close' } : headers,
  );
  response.end(body);
}
