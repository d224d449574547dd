// Runs every program of one file, one after the other: a line of JSON for each.
import { setTimeout as delay } from 'node:timers/promises';
import { createRecorder } from './recorder.mjs';
import { show } from './show.mjs';

const DEADLINE_MS = 8000;

const { programs } = await import(process.argv[2]);
let current = createRecorder('');

const logFailure = (kind) => (error) => {
  current.log(`${kind} ${show(error, new Map())}`);
};
process.on('uncaughtException', logFailure('uncaught'));
process.on('warning', logFailure('warning'));

async function run({ type, run }) {
  const recorder = createRecorder(type);
  current = recorder;
  const isOver = new AbortController();
  const deadline = delay(DEADLINE_MS, 'late', { signal: isOver.signal });
  const program = (async () => {
    await run(recorder);
    await recorder.finish();
  })().catch(logFailure('the program itself threw'));
  const outcome = await Promise.race([program, deadline]);
  isOver.abort();
  if (outcome === 'late') recorder.abandon();
  else await deadline.catch(() => {});
  return recorder.lanes;
}

for (const [name, program] of Object.entries(programs)) {
  const lanes = await run(program);
  process.stdout.write(`${JSON.stringify({ name, lanes })}\n`);
}
const measured = await globalThis[Symbol.for('compliance.measured')]?.();
process.stdout.write(`${JSON.stringify({ measured })}\n`);
