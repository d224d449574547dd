import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Debian's place, unless CHROMIUM says another. */
export const PROGRAM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
  '--remote-debugging-port=0',
];

type Params = Readonly<Record<string, unknown>>;
type Reply = Readonly<Record<string, unknown>>;

/** A real Chromium; `await using` ends it. */
export interface Chromium extends AsyncDisposable {
  /** `Chrome/150.0.…` */
  readonly version: string;
  /** Opens a page in a window of its own. */
  open(url: string): Promise<Page>;
}

/** A page of Chromium. */
export interface Page {
  /** What an expression, or the promise that it gives, comes to in the page. */
  run<Value = unknown>(expression: string): Promise<Value>;
  navigate(url: string): Promise<void>;
  /** Calls the DevTools protocol. */
  send(method: string, params?: Params): Promise<Reply>;
}

/** Starts Chromium, without a window. */
export async function startChromium(): Promise<Chromium> {
  const folder = await mkdtemp(join(tmpdir(), 'chromium-'));
  const child = spawn(PROGRAM, [...FLAGS, `--user-data-dir=${folder}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const closed = once(child, 'close');
  const address = await findAddress(child);
  const connection = await connect(address);
  const { product } = await connection.send('Browser.getVersion');
  return {
    version: String(product),
    async open(url) {
      const { targetId } = await connection.send('Target.createTarget', {
        url: 'about:blank',
      });
      const { sessionId } = await connection.send('Target.attachToTarget', {
        targetId,
        flatten: true,
      });
      const page = createPage((method, params) =>
        connection.send(method, params, String(sessionId)),
      );
      await page.navigate(url);
      return page;
    },
    async [Symbol.asyncDispose]() {
      connection.close();
      child.kill('SIGKILL');
      await closed;
      // Its helpers may still write for a moment.
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

async function findAddress(child: ChildProcess): Promise<string> {
  if (child.stderr === null) throw new Error('Chromium has no stderr');
  for await (const line of createInterface({ input: child.stderr })) {
    const [, address] = /listening on (ws:\S+)/.exec(line) ?? [];
    if (address !== undefined) {
      // Nobody reads on: what it says must not stop it.
      child.stderr.resume();
      return address;
    }
  }
  throw new Error(`${PROGRAM} ended before it listened`);
}

function createPage(send: Page['send']): Page {
  const run = async <Value>(expression: string): Promise<Value> => {
    const { result, exceptionDetails } = (await send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    })) as { result: { value: Value }; exceptionDetails?: unknown };
    if (exceptionDetails !== undefined) {
      throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    }
    return result.value;
  };
  return {
    send,
    run,
    async navigate(url) {
      await send('Page.navigate', { url });
      const isLoaded = `new Promise((resolve) => {
        if (document.readyState === 'complete') resolve();
        else addEventListener('load', () => resolve());
      })`;
      await run(isLoaded);
    },
  };
}

interface Call {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

interface Connection {
  send(method: string, params?: Params, sessionId?: string): Promise<Reply>;
  close(): void;
}

async function connect(address: string): Promise<Connection> {
  const socket = new WebSocket(address);
  const waiting = new Map<number, Call>();
  let last = 0;
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error } = JSON.parse(String(data));
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(result);
    else call?.reject(new Error(JSON.stringify(error)));
  });
  await once(socket, 'open');
  return {
    send(method, params = {}, sessionId) {
      const id = ++last;
      socket.send(JSON.stringify({ id, method, params, sessionId }));
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
      });
    },
    close: () => socket.close(),
  };
}
