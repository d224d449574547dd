// For node:test: one line of JSON for each test that ran, its name with those of
// the tests around it, and for each complaint of ours that a test printed.
import { relative } from 'node:path';

const OURS = 'opentelemetry-instrumentation-sse: ';

export default async function* report(events) {
  const names = new Map();
  for await (const { type, data } of events) {
    const file = relative(process.cwd(), data.file ?? '');
    if (type === 'test:stderr' && data.message.includes(OURS)) {
      yield print({ name: file, complaint: data.message.trim() });
    }
    if (type === 'test:start') {
      const around = names.get(file) ?? [];
      around[data.nesting] = data.name;
      names.set(file, around);
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const around = (names.get(file) ?? []).slice(0, data.nesting);
    const name = [file, ...around, data.name].join(' > ');
    yield print({ name, result: resultOf(type, data) });
  }
}

function resultOf(type, { skip, todo }) {
  if (skip || skip === '') return 'skipped';
  if (todo || todo === '') return 'todo';
  return type === 'test:pass' ? 'passed' : 'failed';
}

function print(line) {
  return `${JSON.stringify(line)}\n`;
}
