import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A child that has not ended so long after it was asked to is killed. */
const GRACE_MS = 1500;

/**
 * Runs a file of this folder in a process of its own. It must end when it is
 * disconnected: so it also does when this process is gone, however it went.
 *
 * @param {string} file
 * @param {{ flags?: string[], env?: Record<string, string> }} [options] - flags
 * for `node`.
 */
export function startChild(file, { flags = [], env = {} } = {}) {
  const child = fork(file, {
    // Here, `--import opentelemetry-instrumentation-sse/register` is found.
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    execPath: process.execPath,
    execArgv: flags,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  /** @type {Promise<boolean>} */
  const ended = once(child, 'exit').then(
    // Ctrl-C before it had a listener for it is as good an end as any.
    ([code, signal]) => code === 0 || signal === 'SIGINT',
    (error) => {
      console.error(`${file}: ${error.message}`);
      return false;
    },
  );
  return {
    /** Whether it came to say a word, which means that it is ready. */
    isReady: Promise.race([
      once(child, 'message').then(() => true),
      ended.then(() => false),
    ]),
    /** Whether it ended well. */
    ended,
    async stop() {
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
      const isWell = await ended;
      clearTimeout(timer);
      return isWell;
    },
  };
}
