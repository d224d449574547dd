import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runHere } from './command.ts';

/** What a probe was answered. */
interface ProbeAnswer {
  readonly status: number;
  readonly type: string | undefined;
  readonly text: string;
}

/** The command `probe`, running. */
export interface Probes extends AsyncDisposable {
  readonly url: URL;
  ask(
    target: string,
    module?: string,
    headers?: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<ProbeAnswer>;
  /** Ends it as a signal does. @returns its exit status. */
  stop(): Promise<number>;
}

/** Starts `probe` with a configuration file, on a free port. */
export async function startProbes(
  config: object,
  args: readonly string[] = [],
): Promise<Probes> {
  const folder = mkdtempSync(join(tmpdir(), 'probes-'));
  const path = join(folder, 'probe.json');
  writeFileSync(path, JSON.stringify(config));
  const abort = new AbortController();
  let listening: (text: string) => void = () => {};
  const printed = new Promise<string>((resolve) => {
    listening = resolve;
  });
  const ended = runHere(
    ['probe', '--config', path, '--listen', '127.0.0.1:0', ...args],
    { signal: abort.signal, onText: listening },
  ).finally(() => rmSync(folder, { recursive: true }));
  const text = await Promise.race([
    printed,
    ended.then(({ stderr }) => stderr),
  ]);
  const [, address] = /(http:\/\/[\d.:]+)\/probe/.exec(text) ?? [];
  if (address === undefined) throw new Error(text);
  const url = new URL(address);
  const stop = async () => {
    abort.abort();
    return (await ended).status;
  };
  return {
    url,
    async ask(target, module, headers = {}, signal) {
      const query = new URLSearchParams({ target, ...(module && { module }) });
      const response = await fetch(new URL(`/probe?${query}`, url), {
        headers,
        ...(signal && { signal }),
      });
      return {
        status: response.status,
        type: response.headers.get('content-type') ?? undefined,
        text: await response.text(),
      };
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}
