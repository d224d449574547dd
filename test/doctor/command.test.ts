import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { PACKAGE_VERSION } from '../../src/version.ts';
import { pathOf } from '../stack/support/files.ts';
import { runHere } from './support/command.ts';
import { sendStream, streaming } from './support/examine.ts';
import { startPlain } from './support/servers.ts';

const QUICK = ['--seconds', '0.5', '--events', '4', '--no-resume'];

test('the exit status is 0 when healthy, 1 with warnings, 2 with errors', async () => {
  const answers = [
    streaming(),
    streaming({ 'Cache-Control': 'public' }),
    streaming({ 'Content-Type': 'text/html' }),
  ];
  for (const [status, answer] of answers.entries()) {
    await using server = await startPlain(answer);
    const ran = await runHere(['doctor', server.url.href, ...QUICK]);
    expect(ran.status, ran.stdout).toBe(status);
    expect(ran.stderr).toBe('');
  }
});

test('a report has at most 80 columns, and colours on a terminal alone', async () => {
  await using server = await startPlain(
    streaming({ 'Content-Type': 'text/event-stream;charset=latin1', Age: '9' }),
  );
  const args = [
    'doctor',
    server.url.href,
    ...QUICK,
    '--compare',
    server.url.href,
  ];
  const plain = await runHere(args);
  const lines = plain.stdout.split('\n');
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(plain.stdout).not.toContain('\u001b');
  expect(plain.stdout).toContain('seen       Age: 9 seconds.');
  const colored = await runHere(args, { isTerminal: true });
  expect(colored.stdout).toContain('\u001b[31merror\u001b[39m');
  expect(colored.stderr).toContain('watching …');
  const bare = await runHere(args, {
    isTerminal: true,
    env: { NO_COLOR: '1' },
  });
  expect(bare.stdout).not.toContain('\u001b');
});

test('nothing that a server sends drives the terminal', async () => {
  const evil = '\u001b]0;owned\u0007\u009b31m\u202e';
  await using server = await startPlain((_, response) => {
    sendStream(
      response,
      {},
      `id: ${evil}1\nevent: ${evil}${'x'.repeat(500)}\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\n`,
    );
  });
  const args = ['doctor', server.url.href, '--seconds', '0.3', '--events', '3'];
  const words = await runHere(args);
  const json = await runHere([...args, '--json']);
  for (const text of [words.stdout, json.stdout]) {
    expect(text).toContain('owned');
    // No escape, no C1 control, nothing that turns the direction.
    expect(
      [...text].filter((char) => /[\p{Cf}\p{Cc}]/u.test(char) && char !== '\n'),
    ).toEqual([]);
  }
  expect(words.stdout).not.toContain('x'.repeat(60));
});

test('--json has figures and findings, and no secret', async () => {
  await using server = await startPlain(
    streaming({ 'Set-Cookie': 'session=hidden', Age: '9' }),
  );
  const ran = await runHere([
    ...['doctor', `${server.url}?token=hidden`, ...QUICK, '--json'],
    ...['--header', 'Authorization: Bearer hidden'],
  ]);
  expect(ran.stdout).not.toContain('hidden');
  const report = JSON.parse(ran.stdout);
  expect(report).toMatchObject({
    exitStatus: 2,
    streams: [{ head: { status: 200, version: '1.1' }, stream: { events: 4 } }],
  });
  const ids = report.findings.map(({ id }: { id: string }) => id);
  expect(ids).toEqual(['from-cache', 'token-in-url', 'not-for-eventsource']);
});

test.each([
  [['doctor'], 'doctor needs the URL'],
  [['doctor', 'shop/events'], 'URL "shop/events" is not a URL. Write it whole'],
  [['doctor', 'ftp://shop'], '"ftp://shop" is not http or https'],
  [['doctor', 'http://a', 'http://b'], '"http://b" is one URL too many'],
  [
    ['doctor', 'http://a', '--seconds', 'ten'],
    '--seconds "ten" is no number from 0.1 to 86400',
  ],
  [['doctor', 'http://a', '--events', '0'], '--events "0" is no number'],
  [['doctor', 'http://a', '--nonsense'], "Unknown option '--nonsense'"],
  [
    ['doctor', 'http://a', '--header', 'nonsense'],
    '--header "nonsense" is no header. Write',
  ],
  [
    ['doctor', 'http://a', '--method', 'CONNECT'],
    '--method "CONNECT" asks for no stream',
  ],
  [
    ['doctor', 'http://a', '--method', 'GET', '--body', '{}'],
    'GET has no body. Write --method POST',
  ],
  [
    ['doctor', 'http://a', '--origin', 'https://a/b'],
    '--origin "https://a/b" has a path. Write https://a',
  ],
  [
    ['doctor', 'http://a', '--metrics', 'here'],
    '--metrics "here" is not a URL',
  ],
  [
    ['doctor', 'http://a', '--ca', '/nowhere'],
    '--ca "/nowhere" cannot be read (ENOENT)',
  ],
  [['heal'], '"heal" is no command. Write doctor, probe or series'],
  [[], 'Which command? doctor, probe or series'],
  [['probe'], 'probe needs targets'],
  [
    ['probe', '--allow', 'http://a', '--listen', 'x'],
    '--listen "x" is no address',
  ],
  [['probe', '--allow', 'http://u:p@a'], 'has a password'],
  [['probe', 'http://a'], '"http://a" is one word too many'],
])('%j says what is wrong and what to write', async (args, message) => {
  const ran = await runHere(args);
  expect(ran.stderr).toContain(message);
  expect(ran.stderr.trim().split('\n')).toHaveLength(1);
  expect(ran.status).toBe(2);
  expect(ran.stdout).toBe('');
});

test('a value of a header is never repeated', async () => {
  const ran = await runHere(['doctor', 'http://a', '--header', 'A b: secret']);
  expect(ran.stderr).toContain('"A b"');
  expect(ran.stderr).not.toContain('secret');
});

test('a body comes from a file, and goes out as it is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
  const path = join(folder, 'body.json');
  writeFileSync(path, '{"é":1}');
  const bodies: string[] = [];
  await using server = await startPlain((request, response) => {
    text(request).then((body) => {
      bodies.push(`${request.method} ${request.headers['x-a']} ${body}`);
      sendStream(response);
    });
  });
  const args = [
    '--body',
    `@${path}`,
    '--header',
    'X-A: 1',
    '--header',
    'X-B: 2',
  ];
  await runHere(['doctor', server.url.href, ...QUICK, ...args]);
  rmSync(folder, { recursive: true });
  expect(bodies).toEqual(['POST 1 {"é":1}']);
});

test('Ctrl-C ends the watching with a report', async () => {
  await using server = await startPlain(streaming());
  const stop = new AbortController();
  const ran = await runHere(
    ['doctor', server.url.href, '--seconds', '600', '--events', '99'],
    {
      signal: stop.signal,
      isTerminal: true,
      onText: (written) => {
        if (written.includes('4 events')) stop.abort();
      },
    },
  );
  expect(ran.stdout).toContain('4 events');
  expect(ran.stdout).toContain('healthy');
});

test('the help has every argument, in 80 columns', async () => {
  const { stdout } = await runHere(['--help']);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  const sources = [
    'arguments.ts',
    'probe/run-probe.ts',
    'series/arguments.ts',
  ].map((file) => readFileSync(pathOf(`src/doctor/${file}`), 'utf8'));
  const options = [
    ...sources.join().matchAll(/^ {2}'?([\w-]+)'?: \{ type: '(?:str|boo)/gm),
  ].map(([, name]) => `--${name} `);
  expect(options.length).toBeGreaterThan(34);
  for (const option of options) expect(stdout).toContain(option);
});

test('the built command runs by itself, and leaves', async () => {
  await using server = await startPlain(streaming());
  const { bin } = JSON.parse(readFileSync(pathOf('package.json'), 'utf8'));
  const main = pathOf(bin['opentelemetry-instrumentation-sse']);
  expect(readFileSync(main, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  const run = async (...args: string[]) => {
    const child = spawn(process.execPath, [main, ...args]);
    const [printed, [status]] = await Promise.all([
      text(child.stdout),
      once(child, 'close'),
    ]);
    return { printed, status };
  };
  const version = await run('--version');
  expect(version).toEqual({ printed: `${PACKAGE_VERSION}\n`, status: 0 });
  expect((await run('--help')).printed).toContain('--idle N');
  const doctor = await run('doctor', server.url.href, ...QUICK);
  expect(doctor.printed).toContain('healthy: nothing found');
  expect(doctor.status).toBe(0);
});
