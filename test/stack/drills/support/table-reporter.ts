import type { Reporter, TestModule } from 'vitest/node';
import { printTable } from '../../../../scripts/packed/project.ts';
import { compressRules } from './compress-rules.ts';
import { describePace, HEAD } from './report.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** Rows of the table of drills. */
    drillRows?: string[][];
  }
}

/** Closes a run of fire drills with their table. */
export default class TableReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap(({ children }) => [...children.allTests()]);
    const rows = tests.flatMap((test) => test.meta().drillRows ?? []);
    if (rows.length === 0) return;
    // After all that others print.
    process.on('exit', () => {
      console.log();
      for (const line of describePace(compressRules().omitted)) {
        console.log(line);
      }
      printTable(HEAD, rows);
    });
  }
}
