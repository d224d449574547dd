import { type Finding, toFinding } from '../findings/check.ts';
import { sortFindings } from '../findings/findings.ts';
import type { Observation } from '../observation.ts';
import { COMPARE_CHECKS } from './compare-checks.ts';
import { type Difference, listDifferences } from './differences.ts';

/** What two ways to one stream have not in common. */
export interface Comparison {
  readonly rows: readonly Difference[];
  readonly findings: readonly Finding[];
}

/**
 * Compares a stream with itself by another way.
 *
 * @param direct - as the server sends it. @param proxied - as it arrives.
 */
export function compare(direct: Observation, proxied: Observation): Comparison {
  const findings = COMPARE_CHECKS.flatMap((check) => {
    const evidence = check.look(direct, proxied);
    return evidence === undefined ? [] : [toFinding(check, evidence)];
  });
  return {
    rows: listDifferences(direct, proxied),
    findings: sortFindings(findings),
  };
}
