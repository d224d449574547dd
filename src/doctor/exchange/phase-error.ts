import { describeError } from '../errors.ts';
import type { Failure } from '../observation.ts';

/** There is no answer, and how far it went. */
export class PhaseError extends Error {
  override readonly name = 'PhaseError';
  readonly phase: Failure['phase'];

  constructor(phase: Failure['phase'], cause: unknown) {
    super(describeError(cause), { cause });
    this.phase = phase;
  }
}

/** What a part gives, or its failure with the part's name. */
export async function inPhase<Value>(
  phase: Failure['phase'],
  part: () => Promise<Value>,
): Promise<Value> {
  try {
    return await part();
  } catch (error) {
    if (error instanceof PhaseError) throw error;
    throw new PhaseError(phase, error);
  }
}
