import { readFileSync } from 'node:fs';
import { PACKAGE_NAME } from '../../src/version.ts';

/** What came of one run of a suite. */
export interface Results {
  /** How often a test of a name passed: names are not unique. */
  readonly passed: ReadonlyMap<string, number>;
  readonly failed: ReadonlyMap<string, number>;
  readonly tests: number;
  /** Lines that this package printed: something inside failed. */
  readonly complaints: readonly string[];
}

/** Reads what the reporters of test/third-party and the programs printed. */
export function readResults(stdout: string, stderr: string): Results {
  const passed = new Map<string, number>();
  const failed = new Map<string, number>();
  const complaints = new Set(readLines(stderr).filter(isOurs));
  let tests = 0;
  for (const line of readLines(stdout)) {
    // Tests that mocha runs print to the same output.
    if (!line.startsWith('{"name":')) continue;
    const { name, result, complaint } = JSON.parse(line);
    if (complaint !== undefined) complaints.add(`${name}: ${complaint}`);
    else tests++;
    if (result === 'passed') passed.set(name, count(passed, name) + 1);
    if (result === 'failed') failed.set(name, count(failed, name) + 1);
  }
  return { passed, failed, tests, complaints: [...complaints] };
}

/** Tests that fail, or are missing, with the hook alone. */
export function findDifferences(bare: Results, hooked: Results): string[] {
  const names = new Set([...bare.passed.keys(), ...hooked.failed.keys()]);
  return [...names].filter(
    (name) =>
      count(hooked.passed, name) < count(bare.passed, name) ||
      count(hooked.failed, name) > count(bare.failed, name),
  );
}

/** How many tests there are, whatever their names. */
export function total(tests: ReadonlyMap<string, number>): number {
  return [...tests.values()].reduce((sum, times) => sum + times, 0);
}

function count(tests: ReadonlyMap<string, number>, name: string): number {
  return tests.get(name) ?? 0;
}

function readLines(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n');
}

function isOurs(line: string): boolean {
  return line.includes(`${PACKAGE_NAME}: `);
}
