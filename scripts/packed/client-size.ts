/**
 * Says how large the browser's door is, bundled without `@opentelemetry/api`,
 * and fails when it is larger than it may be.
 */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

/** Bytes, minified and compressed. */
const BUDGET = 8192;
const DOOR = new URL('../../src/client/browser.ts', import.meta.url);

await using bundle = await rolldown({
  input: fileURLToPath(DOOR),
  external: ['@opentelemetry/api'],
  platform: 'browser',
});
const { output } = await bundle.generate({ format: 'esm', minify: true });
const { code } = output[0];
const size = gzipSync(code, { level: 9 }).length;
console.log(
  `./client in a browser: ${code.length} B minified, ${size} B with gzip, at most ${BUDGET} B`,
);
if (size > BUDGET) process.exitCode = 1;
