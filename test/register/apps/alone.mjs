// As libraries that clean up do it: at a signal it ends the process when nobody
// else listens for that signal. With the argument `known` it says how many such
// listeners there are, in the place where the package signal-exit says it.
import { serve } from './serve.mjs';

if (process.argv[2] === 'known') {
  globalThis[Symbol.for('signal-exit emitter')] = { count: 1 };
}
process.on('SIGTERM', function cleanUp() {
  if (process.listeners('SIGTERM').length > 1) return;
  console.log('cleaned up');
  process.off('SIGTERM', cleanUp);
  process.kill(process.pid, 'SIGTERM');
});
serve();
