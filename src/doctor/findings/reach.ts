import type { Failure } from '../observation.ts';
import type { Check } from './check.ts';

/** Nothing answered. */
export const REACH_CHECKS: readonly Check[] = [
  {
    id: 'name-not-found',
    severity: 'error',
    title: 'The host has no address',
    why: 'Without an address nobody can connect.',
    change:
      'Check the spelling and the DNS record, from where the clients are.',
    look: ({ failure }) => messageOf(failure, 'resolve'),
  },
  {
    id: 'connection-failed',
    severity: 'error',
    title: 'No connection',
    why: 'A refused connection has nobody listening; one that times out has a firewall before it.',
    change:
      'Check that the server runs, on which address and port it listens, and the firewall.',
    look: ({ failure }) => messageOf(failure, 'connect'),
  },
  {
    id: 'tls-failed',
    severity: 'error',
    title: 'No TLS',
    why: 'Browsers speak TLS 1.2 or later to https, and nothing else.',
    change:
      'Check that the port speaks TLS, and which versions and ciphers it allows.',
    look: ({ failure, connection }) =>
      connection?.tls === undefined ? messageOf(failure, 'tls') : undefined,
  },
  {
    id: 'no-response',
    severity: 'error',
    title: 'No answer to the request',
    why: 'Without headers an EventSource stays in CONNECTING: no event, no error. Either the server sends its headers with the first event, or a proxy waits for more.',
    change:
      'Send the headers at once: flushHeaders(), or a first comment such as ":ok". Then look at the proxies.',
    look: ({ failure }) => messageOf(failure, 'headers'),
  },
];

function messageOf(
  failure: Failure | undefined,
  phase: Failure['phase'],
): string | undefined {
  return failure?.phase === phase ? `${failure.message}.` : undefined;
}
