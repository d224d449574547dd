import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const ENTRY = fileURLToPath(new URL('../page/main.ts', import.meta.url));

const built = new Map<string, Promise<string>>();

/** The script of a page under test, for a browser. Built once. */
export function buildPageScript(entry = ENTRY): Promise<string> {
  const script = built.get(entry) ?? build(entry);
  built.set(entry, script);
  return script;
}

async function build(entry: string): Promise<string> {
  await using bundle = await rolldown({
    input: entry,
    platform: 'browser',
    logLevel: 'silent',
  });
  const { output } = await bundle.generate({ format: 'iife' });
  return output[0].code;
}
