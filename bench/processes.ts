import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * What is in a server beside its application. `bare`: Node alone. `sdk`: an
 * OpenTelemetry SDK with an exporter and the metrics of the process, and no hook.
 * `hooked`: the hook too. `reader`: the hook, and a reader that is at hand. `otel`,
 * `prom-client`: instruments called for each event.
 */
export type Variant =
  | 'bare'
  | 'sdk'
  | 'hooked'
  | 'reader'
  | 'otel'
  | 'prom-client';

/** Who waits for an answer. */
interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** A program of bench/programs, in a process of its own. */
export class Program implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #id = 0;

  constructor(name: string, flags: string[], env: NodeJS.ProcessEnv) {
    const path = fileURLToPath(new URL(`programs/${name}`, import.meta.url));
    this.#child = fork(path, {
      execArgv: ['--expose-gc', ...flags],
      env: { ...process.env, ...env },
    });
    this.#child.on('message', (message) => {
      const { id, answer } = message as { id: number; answer: unknown };
      this.#waiting.get(id)?.resolve(answer);
      this.#waiting.delete(id);
    });
    this.#child.once('exit', (code, signal) => {
      const error = new Error(`${name} ended with ${code ?? signal}`);
      for (const { reject } of this.#waiting.values()) reject(error);
    });
  }

  /** Waits for what it says first. */
  started<Answer>(): Promise<Answer> {
    return this.#answerOf(0);
  }

  /** Has it do something. */
  ask<Answer = void>(command: string, options: object = {}): Promise<Answer> {
    const id = ++this.#id;
    const answer = this.#answerOf<Answer>(id);
    this.#child.send({ id, command, ...options });
    return answer;
  }

  #answerOf<Answer>(id: number): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(id, {
        resolve: (answer) => resolve(answer as Answer),
        reject,
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.disconnect();
    await exited;
  }
}

/** A server with clients of its own. */
export interface Bench extends AsyncDisposable {
  readonly server: Program;
  readonly load: Program;
  readonly port: number;
}

/** Preloads the package, as it is built. */
export const HOOK = ['--import', 'opentelemetry-instrumentation-sse/register'];
/** As users have it: exported, and asked for by nobody. */
export const EXPORTED = {
  OTEL_METRICS_EXPORTER: 'prometheus',
  OTEL_EXPORTER_PROMETHEUS_PORT: '0',
  OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
};

/** Starts both. */
export async function startBench(variant: Variant): Promise<Bench> {
  const flags = variant === 'bare' || variant === 'reader' ? [] : HOOK;
  const env = {
    ...EXPORTED,
    BENCH_VARIANT: variant,
    OTEL_SSE_SERVER_METRICS: String(variant === 'hooked'),
  };
  const server = new Program('server.mjs', flags, env);
  const load = new Program('load.mjs', [], {});
  const [port] = await Promise.all([
    server.started<number>(),
    load.started<string>(),
  ]);
  return {
    server,
    load,
    port,
    async [Symbol.asyncDispose]() {
      await load[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Starts one of each variant, all alive at the same time. */
export async function startBenches<Name extends Variant>(
  ...variants: readonly Name[]
): Promise<{ readonly [Key in Name]: Bench } & AsyncDisposable> {
  const started = await Promise.all(
    variants.map(async (variant) => [variant, await startBench(variant)]),
  );
  const benches = Object.fromEntries(started) as {
    readonly [Key in Name]: Bench;
  };
  return {
    ...benches,
    async [Symbol.asyncDispose]() {
      for (const variant of variants) {
        await benches[variant][Symbol.asyncDispose]();
      }
    },
  };
}
