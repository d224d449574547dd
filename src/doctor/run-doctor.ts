import { parseDoctorArguments } from './arguments.ts';
import { compare } from './compare/compare.ts';
import { writeDifferences } from './compare/words.ts';
import {
  findTrouble,
  sortFindings,
  toExitStatus,
} from './findings/findings.ts';
import { observe } from './observe.ts';
import { writeJson } from './report/json.ts';
import { showProgress } from './report/progress.ts';
import { createStyles, hasColors, type Output } from './report/styles.ts';
import { writeFacts, writeFindings } from './report/words.ts';

/** Where a command reads and writes. */
export interface Terminal {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends what runs: Ctrl-C. */
  readonly signal: AbortSignal;
}

/** The command `doctor`. @returns its exit status. @throws UsageError. */
export async function runDoctor(
  args: readonly string[],
  { stdout, stderr, env, signal }: Terminal,
): Promise<number> {
  const { settings, compare: other, isJson } = parseDoctorArguments(args);
  const progress = showProgress(stderr);
  const all = [settings, ...(other ? [{ ...settings, url: other }] : [])];
  const observations = await Promise.all(
    all.map((one) => observe(one, signal, progress)),
  ).finally(() => progress.stop());
  const [direct, proxied] = observations;
  const comparison = direct && proxied && compare(direct, proxied);
  const found = observations.map(findTrouble);
  const findings = sortFindings([
    ...found.flat(),
    ...(comparison?.findings ?? []),
  ]);
  const status = toExitStatus(findings);
  if (isJson) {
    stdout.write(writeJson(observations, findings, status, comparison));
    return status;
  }
  const styles = createStyles(hasColors(stdout, env));
  for (const [index, observation] of observations.entries()) {
    stdout.write(`${writeFacts(observation, styles)}\n`);
    stdout.write(`${writeFindings(found[index] ?? [], styles)}\n`);
  }
  if (comparison) {
    stdout.write(`${writeDifferences(comparison.rows, styles)}\n`);
    stdout.write(writeFindings(comparison.findings, styles));
  }
  return status;
}
