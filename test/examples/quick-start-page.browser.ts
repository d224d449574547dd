/** The page of quick-start in a real browser. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REGISTER } from '../../scripts/packed/project.ts';
import {
  type Chromium,
  type Page,
  startChromium,
} from '../browser/support/chromium.ts';
import { startProcess } from '../stack/support/process.ts';
import { until } from '../support/poll.ts';
import { findFreePort } from '../support/ports.ts';
import { type QuickStart, startQuickStart } from './support/quick-start.ts';

let quickStart: QuickStart;
let chromium: Chromium;

beforeAll(async () => {
  quickStart = await startQuickStart(['--no-load']);
  chromium = await startChromium();
});

afterAll(async () => {
  await chromium?.[Symbol.asyncDispose]();
  await quickStart?.[Symbol.asyncDispose]();
});

/** The text of the element that a selector finds. */
function read(page: Page, selector: string): Promise<string> {
  return page.run(`document.querySelector('${selector}')?.innerText ?? ''`);
}

async function openPage(url = quickStart.url): Promise<Page> {
  const page = await chromium.open(url);
  await untilText(page, '#connection', /^open$/);
  return page;
}

function untilText(
  page: Page,
  selector: string,
  pattern: RegExp,
): Promise<string> {
  return until(
    `${selector} ${pattern}`,
    () => read(page, selector),
    (text) => pattern.test(text),
    20_000,
  );
}

test('the page has a title, and figures of both sides that move', async () => {
  const page = await openPage();
  expect(await page.run('document.title')).toBe('Event streams, both sides');
  const events = await untilText(page, '[data-figure="events"]', /^[1-9]/);
  await until(
    'more events',
    () => read(page, '[data-figure="events"]'),
    (now) => Number(now) > Number(events) + 3,
  );
  await untilText(page, '[data-figure="connect"]', /^[\d.]+ m?s$/);
  await untilText(page, '[data-figure="gap"]', /^[\d.]+ m?s$/);
  await untilText(page, '[data-figure="delay"]', /^[\d.]+ m?s$/);
  await untilText(page, '[data-figure="reconnects"]', /^0$/);
  await untilText(page, '[data-figure="stability"]', /^(9\d\.\d|100) %$/);
  await untilText(page, '#status', /^live$/);
  await untilText(page, '.card .value', /^[1-9]/);
  await page.run(`document.getElementById('toggle').click()`);
  // The list shows the last 30.
  const shown = await page.run<number>(
    `document.getElementById('events').children.length`,
  );
  await until(
    'what is shown is what was measured',
    () => read(page, '[data-figure="events"]'),
    (now) => Math.min(30, Number(now)) === shown,
  );
});

async function press(page: Page, key: string, text?: string): Promise<void> {
  const pressed = { key, code: key, ...(text && { text }) };
  const windowsVirtualKeyCode = { Tab: 9, Enter: 13 }[key];
  for (const type of ['keyDown', 'keyUp']) {
    await page.send('Input.dispatchKeyEvent', {
      type,
      windowsVirtualKeyCode,
      ...pressed,
    });
  }
}

test('everything can be done from the keyboard, and one sees where one is', async () => {
  const page = await openPage();
  await until('more than fits', () =>
    page.run<boolean>(`((list) => list.scrollHeight > list.clientHeight)(
      document.getElementById('events'))`),
  );
  const places: string[] = [];
  for (let tab = 0; tab < 5; tab++) {
    await press(page, 'Tab');
    const [place = '', outline = ''] = await page.run<[string, string]>(
      `((one) => [one.innerText.length < 20 ? one.innerText : one.id,
        getComputedStyle(one).outlineStyle])(document.activeElement)`,
    );
    expect([place, outline]).toEqual([place, 'solid']);
    places.push(place);
  }
  expect(places).toEqual(['Leave', '/events', 'events', '/metrics', '/status']);
  await page.run(`document.getElementById('toggle').focus()`);
  await press(page, 'Enter', '\r');
  await untilText(page, '#connection', /^closed$/);
  expect(await read(page, '#toggle')).toBe('Come back');
  await press(page, 'Enter', '\r');
  await untilText(page, '#connection', /^open$/);
});

test('on a telephone nothing is wider than the screen', async () => {
  const page = await openPage();
  await page.send('Emulation.setDeviceMetricsOverride', {
    width: 320,
    height: 640,
    deviceScaleFactor: 2,
    mobile: true,
  });
  await untilText(page, '#events', /snapshot/);
  await untilText(page, '[data-figure="stability"]', /%/);
  expect(await page.run('innerWidth')).toBe(320);
  expect(await page.run('document.documentElement.scrollWidth')).toBe(320);
  const wide = await page.run(`[...document.body.querySelectorAll('*')]
    .filter((one) => one.getBoundingClientRect().right > 320)
    .map((one) => one.outerHTML.slice(0, 100))`);
  expect(wide).toEqual([]);
  const figures = await page.run<number[]>(
    `[...document.querySelectorAll('#here dd, #here dt')]
      .map((one) => one.scrollWidth - one.clientWidth)`,
  );
  expect(Math.max(...figures)).toBe(0);
});

/** Contrast of texts with what is behind them, as WCAG computes it. */
const CONTRASTS = `(() => {
  const context = new OffscreenCanvas(1, 1).getContext('2d');
  const luminance = (color) => {
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data]
      .map((byte) => byte / 255)
      .map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const groundOf = (one) => {
    const { backgroundColor } = getComputedStyle(one);
    const isClear = backgroundColor === 'rgba(0, 0, 0, 0)';
    return isClear && one.parentElement ? groundOf(one.parentElement) : backgroundColor;
  };
  return [...document.querySelectorAll(
    'h1, h2, h3, p, a, dt, dd, .pill, button, #events li *')]
    .filter((one) => one.innerText?.trim())
    .map((one) => {
      const [low, high] = [luminance(getComputedStyle(one).color), luminance(groundOf(one))]
        .sort((a, b) => a - b);
      return (high + 0.05) / (low + 0.05);
    });
})()`;

test('light or dark is what the person prefers, and can be read', async () => {
  const page = await openPage();
  await untilText(page, '#events', /snapshot/);
  const grounds: string[] = [];
  for (const value of ['light', 'dark']) {
    await page.send('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value }],
    });
    grounds.push(
      await page.run('getComputedStyle(document.body).backgroundColor'),
    );
    const contrasts = await page.run<number[]>(CONTRASTS);
    expect(contrasts.length).toBeGreaterThan(20);
    expect(Math.min(...contrasts)).toBeGreaterThan(4.5);
  }
  expect(grounds).toEqual(['rgb(245, 246, 249)', 'rgb(15, 18, 24)']);
});

/** The server alone, on a port that it comes back to. */
async function startServer(port: number) {
  const program = new URL(
    '../../examples/quick-start/server.mjs',
    import.meta.url,
  );
  const running = startProcess(
    process.execPath,
    ['--import', REGISTER, fileURLToPath(program)],
    {
      cwd: fileURLToPath(new URL('.', program)),
      env: { PORT: String(port), OTEL_METRICS_EXPORTER: 'none' },
    },
  );
  await running.waitUntil('listening', async () =>
    running.output().startsWith('http'),
  );
  return running;
}

test('a page whose server goes says when it tries again, and comes back', async () => {
  const port = await findFreePort();
  const first = await startServer(port);
  const page = await openPage(`http://127.0.0.1:${port}/`);
  await untilText(page, '[data-figure="events"]', /^[1-9]/);
  await first[Symbol.asyncDispose]();
  // First the browser tries by itself, then the page.
  await untilText(page, '#connection', /^connecting$/);
  await untilText(page, '#connection', /^waiting$/);
  await untilText(page, '#again', /^again in \d+ s$/);
  await using _second = await startServer(port);
  await untilText(page, '#connection', /^open$/);
  expect(await read(page, '#again')).toBe('');
  await untilText(page, '[data-figure="reconnects"]', /^1$/);
  const share = await untilText(page, '[data-figure="stability"]', /^\d/);
  expect(Number.parseFloat(share)).toBeLessThan(95);
});
