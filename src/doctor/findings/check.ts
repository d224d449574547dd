import type { Observation } from '../observation.ts';

/** How bad: an error breaks the stream for some, a warning will, a note is to be known. */
export type Severity = 'error' | 'warning' | 'note';

/** What the doctor can find, and what to do about it. */
export interface FindingKind {
  /** Also the anchor in docs/doctor.md. */
  readonly id: string;
  readonly severity: Severity;
  /** What is wrong, in a few words. */
  readonly title: string;
  readonly why: string;
  readonly change: string;
}

/** A kind of finding, and how it is found. */
export interface Check extends FindingKind {
  /** What shows it in this stream; nothing when it is not there. */
  readonly look: (observation: Observation) => string | undefined;
}

/** What was found in one stream. */
export interface Finding extends FindingKind {
  /** What was seen. */
  readonly evidence: string;
  /** Where more is written. */
  readonly docs: string;
}

/** The page with all findings, as it lies in the package. */
const PAGE = 'docs/doctor.md';

/** A kind of finding with what showed it. */
export function toFinding(kind: FindingKind, evidence: string): Finding {
  const { id, severity, title, why, change } = kind;
  return { id, severity, title, evidence, why, change, docs: `${PAGE}#${id}` };
}
