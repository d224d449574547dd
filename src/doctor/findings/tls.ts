import type { Observation } from '../observation.ts';
import type { Check } from './check.ts';

const DAY_MS = 86_400_000;
/** Automatic renewals come 30 days before the end: one that is nearer was missed. */
const SOON_DAYS = 21;

/** Certificates. */
export const TLS_CHECKS: readonly Check[] = [
  {
    id: 'certificate-expired',
    severity: 'error',
    title: 'The certificate has expired',
    why: 'Browsers open no stream, and an EventSource tells the page nothing but "error".',
    change:
      'Renew the certificate, and find out why that did not happen by itself.',
    look: (observation) => {
      const days = daysLeft(observation);
      if (days === undefined || days >= 0) return undefined;
      return `It was valid until ${dateOf(observation)}.`;
    },
  },
  {
    id: 'certificate-untrusted',
    severity: 'error',
    title: 'The certificate is not trusted',
    why: 'Browsers open no stream: the certificate is for another name, or its issuer is unknown.',
    change:
      'Send the whole chain for this name. A private issuer is trusted with --ca FILE.',
    look: (observation) => {
      const { tls } = observation.connection ?? {};
      if (tls?.error === undefined || Number(daysLeft(observation)) < 0) {
        return undefined;
      }
      return `${tls.error}; issued by "${tls.issuer}".`;
    },
  },
  {
    id: 'certificate-expires-soon',
    severity: 'warning',
    title: 'The certificate expires soon',
    why: 'Streams that are open go on; none opens from that day.',
    change:
      'Renew it. Automatic renewal should have done so 30 days before the end.',
    look: (observation) => {
      const days = daysLeft(observation);
      if (days === undefined || days < 0 || days >= SOON_DAYS) return undefined;
      return `It is valid until ${dateOf(observation)}: ${Math.floor(days)} days.`;
    },
  },
];

function daysLeft({ at, connection }: Observation): number | undefined {
  const validTo = connection?.tls?.validTo;
  // A certificate that nobody could read has no end.
  if (validTo === undefined || Number.isNaN(validTo)) return undefined;
  return (validTo - at) / DAY_MS;
}

function dateOf({ connection }: Observation): string {
  return new Date(connection?.tls?.validTo ?? 0).toISOString().slice(0, 10);
}
