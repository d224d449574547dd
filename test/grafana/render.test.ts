import { execFile } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { renderFiles } from '../../grafana/files.ts';
import { DASHBOARDS, GRAFANA } from './support/rendered.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

test('what is committed is what the source says', () => {
  const files = renderFiles(readFileSync(`${GRAFANA}README.md`, 'utf8'));
  for (const [path, text] of files) {
    expect(readFileSync(GRAFANA + path, 'utf8') === text, path).toBe(true);
  }
  const rendered = [...files.keys()].filter((path) => path !== 'README.md');
  expect(rendered.toSorted()).toEqual(
    DASHBOARDS.map(({ file }) => `rendered/${file}`).toSorted(),
  );
});

test('the check names what differs and the command that mends it', async () => {
  await using copy = copyGrafana();
  expect(await copy.render('--check')).toEqual({ code: 0, errors: '' });
  appendFileSync(join(copy.folder, 'rendered/sse-overview.json'), ' ');
  rmSync(join(copy.folder, 'rendered/sse-clients.json'));
  writeFileSync(join(copy.folder, 'rendered/sse-old.json'), '{}');
  expect(await copy.render('--check')).toEqual({
    code: 1,
    errors: ['overview', 'clients', 'old']
      .map(
        (name) =>
          `grafana/rendered/sse-${name}.json is not what the source says: npm run render\n`,
      )
      .join(''),
  });
});

test('rendering writes what differs, and takes away what is no longer made', async () => {
  await using copy = copyGrafana();
  appendFileSync(join(copy.folder, 'rendered/sse-overview.json'), ' ');
  writeFileSync(join(copy.folder, 'rendered/sse-old.json'), '{}');
  await copy.render();
  expect(await copy.render('--check')).toEqual({ code: 0, errors: '' });
});

test('a README without the markers is an error', () => {
  expect(() => renderFiles('# Grafana\n')).toThrow('grafana/README.md lacks');
});

function copyGrafana() {
  const root = mkdtempSync(join(tmpdir(), 'sse-grafana-'));
  const folder = join(root, 'grafana');
  cpSync(GRAFANA, folder, { recursive: true });
  for (const file of ['src/semconv.ts', 'scripts/docs/markdown.ts']) {
    cpSync(join(ROOT, file), join(root, file));
  }
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  return {
    folder,
    render(...flags: readonly string[]) {
      const program = join(folder, 'render.ts');
      return new Promise<{ code: unknown; errors: string }>((resolve) => {
        execFile(process.execPath, [program, ...flags], (error, _, errors) => {
          resolve({ code: error?.code ?? 0, errors });
        });
      });
    },
    async [Symbol.asyncDispose]() {
      rmSync(root, { recursive: true, force: true });
    },
  };
}
