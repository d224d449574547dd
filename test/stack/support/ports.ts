import { findFreePorts } from '../../../scripts/packed/project.ts';

/** @returns a port that was free just now, for programs that cannot say theirs. */
export async function findFreePort(): Promise<number> {
  const [port] = await findFreePorts(1);
  return port as number;
}
