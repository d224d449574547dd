import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Row } from '../row.ts';
import { comparePairs, estimate } from '../statistics.ts';

const EXPORTER = '@opentelemetry/exporter-prometheus';
const REGISTER = 'opentelemetry-instrumentation-sse/register';
const run = promisify(execFile);

/** Milliseconds that a new process takes to import modules. */
async function importTime(...names: string[]): Promise<number> {
  const imports = names.map((name) => `await import('${name}');`).join(' ');
  const code = `const start = performance.now(); ${imports} console.log(performance.now() - start)`;
  const { stdout } = await run(process.execPath, [
    '--input-type=module',
    '-e',
    code,
  ]);
  return Number(stdout);
}

export const importing: readonly Row[] = [
  {
    name: 'import',
    what: 'import of register and the Prometheus exporter ÷ of that alone',
    budget: { limit: 1.3, is: 'at most' },
    accepted: 1.6,
    async measure(isShort) {
      const ratios = await comparePairs(
        isShort ? 11 : 31,
        () => importTime(EXPORTER),
        () => importTime(REGISTER, EXPORTER),
      );
      return { ...estimate(ratios), of: `${ratios.length} processes of each` };
    },
  },
];
