import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const DOOR = new URL('../../src/client/browser.ts', import.meta.url);

/** Bytes of the browser's door, bundled as a page bundles it. */
export interface DoorSize {
  readonly minified: number;
  /** Minified, and compressed. */
  readonly compressed: number;
}

/** What it may be. */
export const DOOR_BUDGET = 4096;
/** What it may come to: docs/performance.md says why. */
export const DOOR_ACCEPTED = 4800;

/** Bundles the door, without `@opentelemetry/api`, which the page has. */
export async function measureDoor(): Promise<DoorSize> {
  await using bundle = await rolldown({
    input: fileURLToPath(DOOR),
    external: ['@opentelemetry/api'],
    platform: 'browser',
  });
  const { output } = await bundle.generate({
    format: 'esm',
    minify: true,
    comments: false,
  });
  const { code } = output[0];
  const compressed = gzipSync(code, { level: 9 }).length;
  return { minified: code.length, compressed };
}
