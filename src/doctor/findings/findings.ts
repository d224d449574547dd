import type { Observation } from '../observation.ts';
import { BUFFERING_CHECKS } from './buffering.ts';
import { type Check, type Finding, type Severity, toFinding } from './check.ts';
import { ENCODING_CHECKS } from './encoding.ts';
import { HEADER_CHECKS } from './headers.ts';
import { OPENING_CHECKS } from './opening.ts';
import { PAGE_CHECKS } from './pages.ts';
import { PROTOCOL_CHECKS } from './protocol.ts';
import { REACH_CHECKS } from './reach.ts';
import { RECONNECT_CHECKS } from './reconnect.ts';
import { SERVER_CHECKS } from './server.ts';
import { SILENCE_CHECKS } from './silence.ts';
import { TIMING_CHECKS } from './timing.ts';
import { TLS_CHECKS } from './tls.ts';

/** Every check of one stream, in families. */
export const FAMILIES: readonly (readonly [string, readonly Check[]])[] = [
  ['Reaching it', REACH_CHECKS],
  ['Certificate', TLS_CHECKS],
  ['Opening', OPENING_CHECKS],
  ['Headers', HEADER_CHECKS],
  ['Compression', ENCODING_CHECKS],
  ['Held back', BUFFERING_CHECKS],
  ['Waiting', TIMING_CHECKS],
  ['Silence and ends', SILENCE_CHECKS],
  ['Coming back', RECONNECT_CHECKS],
  ['Protocol', PROTOCOL_CHECKS],
  ['Pages of other origins, cookies, tokens', PAGE_CHECKS],
  ['The server', SERVER_CHECKS],
];

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

/** What is wrong with a stream, the worst first. */
export function findTrouble(observation: Observation): Finding[] {
  const found = FAMILIES.flatMap(([, checks]) =>
    checks.flatMap((check) => {
      const evidence = check.look(observation);
      return evidence === undefined ? [] : [toFinding(check, evidence)];
    }),
  );
  return sortFindings(found);
}

/** Errors, then warnings, then notes. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  return SEVERITIES.flatMap((severity) =>
    findings.filter((finding) => finding.severity === severity),
  );
}

/** 2 with errors, 1 with warnings, else 0. */
export function toExitStatus(findings: readonly Finding[]): 0 | 1 | 2 {
  const severities = findings.map(({ severity }) => severity);
  if (severities.includes('error')) return 2;
  return severities.includes('warning') ? 1 : 0;
}
