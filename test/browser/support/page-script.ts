import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const ENTRY = fileURLToPath(new URL('../page/main.ts', import.meta.url));

let built: Promise<string> | undefined;

/** The script of the page under test, for a browser. Built once. */
export function buildPageScript(): Promise<string> {
  built ??= build();
  return built;
}

async function build(): Promise<string> {
  await using bundle = await rolldown({
    input: ENTRY,
    platform: 'browser',
    logLevel: 'silent',
  });
  const { output } = await bundle.generate({ format: 'iife' });
  return output[0].code;
}
