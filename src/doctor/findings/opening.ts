import { isEventStream } from '../../protocol/content-type.ts';
import { readHeader } from '../observation.ts';
import { cleanText } from '../text.ts';
import type { Check } from './check.ts';

/** Redirects, status, version. */
export const OPENING_CHECKS: readonly Check[] = [
  {
    id: 'redirected',
    severity: 'warning',
    title: 'The stream is somewhere else',
    why: 'Every reconnect goes the long way again, and a redirect to another origin needs CORS headers on each answer.',
    change: 'Give clients the last URL.',
    look: ({ hops, failure }) => {
      const last = hops.at(-1);
      if (last === undefined || failure?.phase === 'redirect') return undefined;
      return `${hops.map(({ status }) => status).join(', ')} to ${last.to}`;
    },
  },
  {
    id: 'redirect-broken',
    severity: 'error',
    title: 'A redirect leads nowhere',
    why: 'An EventSource gives up for good.',
    change: 'Mend the redirect, or give clients the last URL.',
    look: ({ failure }) =>
      failure?.phase === 'redirect' ? `${failure.message}.` : undefined,
  },
  {
    id: 'redirect-insecure',
    severity: 'error',
    title: 'A redirect leads from https to http',
    why: 'Browsers follow no redirect from a secure page to an insecure stream, and tokens would go over the wire in the clear.',
    change:
      'Redirect to https. Behind a proxy that ends TLS, trust X-Forwarded-Proto.',
    look: ({ hops }) => {
      const hop = hops.find(({ isInsecure }) => isInsecure);
      return hop && `${hop.status} from ${hop.from} to ${hop.to}`;
    },
  },
  {
    id: 'unauthorized',
    severity: 'error',
    title: 'The server wants to know who asks',
    why: 'An EventSource that is answered so gives up for good. It can send cookies, and no headers.',
    change:
      'Give the doctor what the page sends: --header "Cookie: …" or "Authorization: …". In a page, use a cookie, or read the stream with fetch.',
    look: ({ head }) => {
      if (head?.status !== 401 && head?.status !== 403) return undefined;
      const scheme = readHeader(head, 'www-authenticate');
      return `Status ${head.status}${scheme ? `, WWW-Authenticate: ${cleanText(scheme, 60)}` : ''}.`;
    },
  },
  {
    id: 'status',
    severity: 'error',
    title: 'The status is not 200',
    why: 'An EventSource accepts 200 alone. With any other status it gives up for good, Retry-After or not.',
    change:
      'Answer 200. To turn clients away for a while, answer 200 with a retry: field and end; to stop them for good, answer 204.',
    look: ({ head }) => {
      if (head === undefined || [200, 401, 403].includes(head.status)) {
        return undefined;
      }
      return `Status ${head.status}.`;
    },
  },
  {
    id: 'content-type',
    severity: 'error',
    title: 'The content type is not text/event-stream',
    why: 'An EventSource gives up for good, whatever the body is.',
    change:
      'Send Content-Type: text/event-stream. Where a login or error page came instead, mend that.',
    look: ({ head }) => {
      const type = readHeader(head, 'content-type');
      if (head?.status !== 200 || isEventStream(type)) return undefined;
      return type === undefined
        ? 'There is no Content-Type.'
        : `Content-Type: ${cleanText(type, 80)}`;
    },
  },
  {
    id: 'http-1',
    severity: 'warning',
    title: 'The stream comes over HTTP/1.1',
    why: 'A browser has six HTTP/1.1 connections to a host, over all tabs: the seventh stream waits, and every other request with it.',
    change: 'Offer HTTP/2 over TLS, at the outermost proxy. nginx: "http2 on".',
    look: ({ head, connection }) => {
      if (head?.version !== '1.1') return undefined;
      // On a developer's own machine there is no TLS, and no HTTP/2 then.
      if (connection?.tls === undefined && connection?.isLoopback)
        return undefined;
      return connection?.tls === undefined
        ? 'Without TLS browsers speak HTTP/1.1 alone.'
        : 'The server was offered h2 by ALPN and chose http/1.1.';
    },
  },
  {
    id: 'http-1-0',
    severity: 'warning',
    title: 'The stream comes over HTTP/1.0',
    why: 'It has no chunks: a stream that was cut looks like one that ended, and caches and proxies may collect it first.',
    change:
      'Speak HTTP/1.1 to the server. nginx: "proxy_http_version 1.1" and "proxy_set_header Connection """.',
    look: ({ head }) =>
      head?.version === '1.0' ? 'The answer begins with HTTP/1.0.' : undefined,
  },
];
