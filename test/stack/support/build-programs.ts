import { PROGRAM_NAMES, prepareProgram } from '../../../stack/programs.ts';

/** Builds what the tests run, once and not in each of their processes. */
export default async function buildPrograms(): Promise<void> {
  for (const name of PROGRAM_NAMES) await prepareProgram(name);
}
