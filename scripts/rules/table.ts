/**
 * Runs promtool on the tests of the alerts, and prints every alert with its cases.
 * With `--only-count` it runs nothing.
 */
import { fileURLToPath } from 'node:url';
import { buildProgram } from '../../stack/programs.ts';
import { printTable, run } from '../packed/project.ts';
import { ALERT_FILES, describeSeverity, readAlerts } from './alerts.ts';
import { findCases, INNOCENT_CASES } from './cases.ts';

const TESTS = fileURLToPath(new URL('../../prometheus/tests', import.meta.url));

const alerts = readAlerts();
const rows = alerts.map((alert) => {
  const { firing, silent } = findCases(alert);
  return [
    alert.name,
    describeSeverity(alert.labels),
    String(firing.length),
    String(silent.length),
  ];
});
const failed = process.argv.includes('--only-count') ? [] : await runTests();

printTable(['Alert', 'Severity', 'Firing', 'Silent'], rows);
printTable(
  ['Nothing at all may fire', 'Files of alerts'],
  INNOCENT_CASES.map(({ name, files }) => [name, String(files)]),
);
const names = new Set(alerts.map(({ name }) => name)).size;
console.log(`\n${names} alerts, ${alerts.length} rules.`);
for (const file of failed) console.error(`failed: ${file}`);
if (failed.length > 0) process.exitCode = 1;

async function runTests(): Promise<string[]> {
  const promtool = await buildProgram('promtool');
  const failures: string[] = [];
  for (const file of ALERT_FILES) {
    const started = Date.now();
    const args = ['test', 'rules', `${TESTS}/${file}`];
    const code = await run(promtool, args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: 120_000,
    });
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    console.log(`${file}: ${code === 0 ? 'passed' : 'failed'} in ${seconds} s`);
    if (code !== 0) failures.push(file);
  }
  return failures;
}
