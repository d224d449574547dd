import { findTrouble } from '../findings/findings.ts';
import { observe } from '../observe.ts';
import type { ProbeResult } from './metrics-text.ts';
import type { Module } from './modules.ts';
import type { IsAllowed } from './targets.ts';

/** Of a probe's time, what is left for coming back. */
const RESUME_SHARE = 0.3;

/**
 * Probes a target once.
 *
 * @param seconds - the probe is over by then, whatever happens.
 * @param signal - nobody wants to know any more.
 */
export async function probe(
  url: URL,
  { settings, minEvents, failOn }: Module,
  isAllowed: IsAllowed,
  seconds: number,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const share = settings.isResuming ? 1 - RESUME_SHARE : 1;
  const limit = AbortSignal.timeout(Math.max(1, seconds * 1000));
  const observation = await observe(
    { ...settings, url, isAllowed, seconds: seconds * share },
    AbortSignal.any([limit, signal]),
  );
  const findings = findTrouble(observation);
  const failing = failOn === 'error' ? ['error'] : ['error', 'warning'];
  const isSuccess =
    (observation.stream?.events ?? -1) >= minEvents &&
    findings.every(({ severity }) => !failing.includes(severity));
  return { isSuccess, observation, findings };
}
