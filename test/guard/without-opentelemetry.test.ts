import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const PROGRAM = `
import { createServer } from 'node:http';
import { once } from 'node:events';
import { createSseGuard, SSE_GUARD_PRESETS } from 'opentelemetry-instrumentation-sse/guard';

const guard = createSseGuard({
  ...SSE_GUARD_PRESETS.production,
  maxConnections: 1,
  refuse: ({ url }) => url === '/throw' && missing(),
});
const server = createServer((request, response) => {
  if (!guard.admit(request, response)) return;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write('data: 1\\n\\n');
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const url = 'http://127.0.0.1:' + server.address().port;
const headers = { accept: 'text/event-stream' };
const first = await fetch(url + '/throw', { headers });
const second = await fetch(url, { headers });
const drained = await guard.drain({ seconds: 0.2, retry: 9 });
const texts = [await first.text(), await second.text()];
server.close();
console.log(JSON.stringify({ texts, drained, read: guard.read() }));
import('@opentelemetry/api').then(
  () => console.log('it is installed'),
  ({ code }) => console.log(code),
);
`;

test('the guard works where OpenTelemetry is not installed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'guard-alone-'));
  try {
    const home = join(folder, 'node_modules/opentelemetry-instrumentation-sse');
    await mkdir(home, { recursive: true });
    await cp(join(ROOT, 'package.json'), join(home, 'package.json'));
    await cp(join(ROOT, 'dist'), join(home, 'dist'), { recursive: true });
    await writeFile(join(folder, 'app.mjs'), PROGRAM);
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['app.mjs'],
      { cwd: folder, env: { PATH: process.env['PATH'] } },
    );
    const [figures = '', api] = stdout.trim().split('\n');
    expect(api).toBe('ERR_MODULE_NOT_FOUND');
    const { texts, drained, read } = JSON.parse(figures);
    expect(texts[0]).toMatch(/^data: 1\n\n(retry: \d+\n\n)?retry: 9\n\n$/);
    expect(texts[1]).toMatch(/^retry: \d+\n\n$/);
    expect(drained).toMatchObject({ open: 1, closed: 1, cut: 0 });
    expect(read.refused).toEqual({ connections: 1 });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toContain('guard: the refuse option threw');
  } finally {
    await rm(folder, { recursive: true });
  }
});
