import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { parseOptions, readFile, readNumber } from '../arguments.ts';
import { UsageError } from '../errors.ts';
import type { Terminal } from '../run-doctor.ts';
import { cleanText, formatCount } from '../text.ts';
import { parseConfig } from './modules.ts';
import { createProbeServer } from './server.ts';
import { createAllowList } from './targets.ts';

const OPTIONS = {
  listen: { type: 'string', default: '127.0.0.1:9466' },
  config: { type: 'string' },
  allow: { type: 'string', multiple: true },
  concurrency: { type: 'string' },
} as const;

/** The command `probe`: serves until it is told to stop. @throws UsageError. */
export async function runProbe(
  args: readonly string[],
  { stdout, signal }: Terminal,
): Promise<number> {
  const { values, positionals } = parseOptions(args, OPTIONS);
  if (positionals.length > 0) {
    throw new UsageError(
      `${JSON.stringify(cleanText(positionals[0] ?? ''))} is one word too many. Targets are given with --allow`,
    );
  }
  const config = parseConfig(
    values.config === undefined ? '{}' : readFile('--config', values.config),
  );
  const targets = [...config.targets, ...(values.allow ?? [])];
  const { host, port } = parseListen(values.listen);
  const server = createProbeServer({
    modules: config.modules,
    isAllowed: createAllowList(targets),
    concurrency: Math.floor(
      readNumber('--concurrency', values.concurrency, 1, 1000) ?? 10,
    ),
  });
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `--listen ${values.listen} cannot be had (${code}). Write another port: --listen 127.0.0.1:9467`,
    );
  }
  const address = server.address() as AddressInfo;
  const shown =
    address.family === 'IPv6' ? `[${address.address}]` : address.address;
  stdout.write(
    `probes of ${formatCount(targets.length, 'target')}: http://${shown}:${address.port}/probe?target=URL\n`,
  );
  const closed = once(server, 'close');
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  await closed;
  return 0;
}

/** `HOST:PORT`, `[::1]:PORT` or `:PORT`. @throws UsageError. */
function parseListen(text: string): { host: string; port: number } {
  const [, six, four = '', digits = ''] =
    /^(?:\[([0-9a-f:.]+)\]|([\w.-]*)):(\d{1,5})$/i.exec(text) ?? [];
  const port = Number(digits);
  if (digits === '' || port > 65_535) {
    throw new UsageError(
      `--listen ${JSON.stringify(cleanText(text))} is no address. Write HOST:PORT, such as 127.0.0.1:9466`,
    );
  }
  return { host: six ?? (four === '' ? '0.0.0.0' : four), port };
}
