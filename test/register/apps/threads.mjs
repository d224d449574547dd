// An application that serves in the main thread and in a worker, or, with the
// argument `compute`, only in the main thread.
import { isMainThread, Worker } from 'node:worker_threads';
import { serve } from './serve.mjs';

const isComputing = process.argv[2] === 'compute';

if (isMainThread) {
  const { leave } = serve();
  const worker = new Worker(new URL(import.meta.url), {
    argv: process.argv.slice(2),
  });
  worker.on('exit', (code) => {
    console.log(`worker: ${code}`);
    leave();
  });
} else if (isComputing) console.log('computed');
else serve();
