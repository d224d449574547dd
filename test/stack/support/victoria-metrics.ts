import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProgram } from '../../../stack/programs.ts';
import { findFreePort } from '../../support/ports.ts';
import { isAnswered, startProcess } from './process.ts';

/** A single VictoriaMetrics, which answers as Prometheus does. */
export interface VictoriaMetrics extends AsyncDisposable {
  readonly url: string;
}

/** Starts it on a free port; `await using` ends it. */
export async function startVictoriaMetrics(): Promise<VictoriaMetrics> {
  const folder = mkdtempSync(join(tmpdir(), 'sse-victoria-'));
  const url = `http://127.0.0.1:${await findFreePort()}`;
  const running = startProcess(await buildProgram('victoria-metrics'), [
    `-storageDataPath=${folder}`,
    `-httpListenAddr=${new URL(url).host}`,
    // Else queries leave the last 30 s out.
    '-search.latencyOffset=0s',
  ]);
  await running.waitUntil('healthy', () => isAnswered(`${url}/health`));
  return {
    url,
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
