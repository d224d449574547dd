/**
 * Screenshots of the page of quick-start, by a real Chromium: `--write` puts them into
 * docs/. Without it nothing is written; it fails when one would be too large.
 */
import { writeFileSync } from 'node:fs';
import {
  type Page,
  startChromium,
} from '../../test/browser/support/chromium.ts';
import { startQuickStart } from '../../test/examples/support/quick-start.ts';
import { until } from '../../test/support/poll.ts';
import { printTable } from '../packed/project.ts';

/** As long as the charts are wide; slow readers have queues by then. */
const LOADED_MS = 118_000;
const MAX_BYTES = 100_000;
const SHOTS = [
  { name: 'light', width: 1280, height: 790, scheme: 'light' },
  { name: 'dark', width: 1280, height: 790, scheme: 'dark' },
  { name: 'telephone', width: 360, height: 780, scheme: 'light' },
] as const;

const isWriting = process.argv.includes('--write');
const docs = new URL('../../docs/', import.meta.url);

/** @returns the picture, a WebP. */
async function take(
  page: Page,
  { width, height, scheme }: (typeof SHOTS)[number],
): Promise<Buffer> {
  await page.send('Emulation.setDeviceMetricsOverride', {
    width,
    height,
    deviceScaleFactor: 1,
    mobile: width < 600,
  });
  await page.send('Emulation.setEmulatedMedia', {
    features: [{ name: 'prefers-color-scheme', value: scheme }],
  });
  // Drawn at the new size.
  await page.run(`new Promise((resolve) => requestAnimationFrame(() =>
    requestAnimationFrame(resolve)))`);
  const { data } = await page.send('Page.captureScreenshot', {
    format: 'webp',
    quality: 82,
  });
  return Buffer.from(String(data), 'base64');
}

const rows: string[][] = [];
{
  await using quickStart = await startQuickStart();
  await using chromium = await startChromium();
  console.log(`${chromium.version} at ${quickStart.url}`);
  const page = await chromium.open(quickStart.url);
  console.log(`waiting ${LOADED_MS / 1000} s for the load`);
  await until(
    'two minutes of figures',
    async () => (await quickStart.status()).history.length,
    (seconds) => seconds >= LOADED_MS / 1000,
    2 * LOADED_MS,
  );
  for (const shot of SHOTS) {
    const picture = await take(page, shot);
    const file = `quick-start-${shot.name}.webp`;
    rows.push([`docs/${file}`, `${Math.round(picture.length / 1000)} kB`]);
    if (picture.length > MAX_BYTES) process.exitCode = 1;
    else if (isWriting) writeFileSync(new URL(file, docs), picture);
  }
}
printTable(['screenshot', 'size'], rows);
