// Cleans up when the process that started it is gone without having done so, by
// SIGKILL for one: kills the process groups and removes the folder it was told of.
import { rmSync } from 'node:fs';

const [, , folder = ''] = process.argv;
/** @type {Set<number>} */
const groups = new Set();
let rest = '';

// Whoever ends the process group of the parent must not end this one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {});
}

process.stdin.setEncoding('utf8');
process.stdin.on('data', (text) => {
  const lines = (rest + text).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) {
    const pid = Number(line);
    if (pid > 0) groups.add(pid);
    else groups.delete(-pid);
  }
});
process.stdin.on('end', () => {
  for (const pid of groups) kill(pid);
  rmSync(folder, { recursive: true, force: true });
});

function kill(/** @type {number} */ pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
