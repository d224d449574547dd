/**
 * Where the parts of the stack listen. The configuration files carry addresses of
 * the compose network; natively each is a free port of this machine instead.
 */
import { findQuietPorts } from './ports.ts';

/** Every address of the compose network, as the configuration files have it. */
export const ADDRESSES = [
  'app-1:8080',
  'app-1:9464',
  'app-2:8080',
  'app-2:9464',
  'app-3:8080',
  'app-3:9464',
  'nginx:8080',
  'redis:6379',
  'otel-collector:4317',
  'otel-collector:4318',
  'otel-collector:8888',
  'otel-collector:13133',
  'prometheus:9090',
  'alertmanager:9093',
  'grafana:3000',
  'catcher:1025',
  'catcher:8025',
] as const;

/** An address of the compose network. */
export type Address = (typeof ADDRESSES)[number];

/** What a browser of this machine sees of it, by the address behind it. */
const PUBLISHED: Readonly<Record<string, Address>> = {
  'localhost:3000': 'grafana:3000',
  'localhost:8025': 'catcher:8025',
  'localhost:8080': 'nginx:8080',
  'localhost:9090': 'prometheus:9090',
  'localhost:9093': 'alertmanager:9093',
};

/** Where each address is on this machine: `127.0.0.1` and a port. */
export type Places = ReadonlyMap<string, string>;

/** Gives each address a port that was free just now. */
export async function choosePlaces(): Promise<Places> {
  const ports = await findQuietPorts(ADDRESSES.length);
  return new Map(
    ADDRESSES.map((address, index) => [address, `127.0.0.1:${ports[index]}`]),
  );
}

const HOST_AND_PORT =
  /(?<![\w.])(?:[a-z][a-z0-9.-]*|\d+(?:\.\d+){3}|\[::\]):(\d{2,5})\b/g;
/** nginx names the port alone. */
const LISTEN = /^(\s*listen\s+)(\d+)\b/;
const COMMENT = /(?:^|\s)#.*$/;
const ANY_HOST = /^(?:0\.0\.0\.0|\[::\]):/;

/**
 * Replaces each address in a configuration file by its place.
 *
 * @param owner - the part that reads the file: it listens on what names no host.
 * @throws Error for an address that is not in the list.
 */
export function replaceAddresses(
  text: string,
  owner: string,
  places: Places,
): string {
  const find = (found: string): string => {
    const address = PUBLISHED[found] ?? found.replace(ANY_HOST, `${owner}:`);
    const place = places.get(address);
    if (place === undefined) {
      throw new Error(`${found} (${owner}) is not in stack/addresses.ts`);
    }
    return place;
  };
  const replaceIn = (line: string): string => {
    const [comment = ''] = COMMENT.exec(line) ?? [];
    const code = line.slice(0, line.length - comment.length);
    const named = code.replace(LISTEN, '$10.0.0.0:$2');
    return named.replace(HOST_AND_PORT, find) + comment;
  };
  return text.split('\n').map(replaceIn).join('\n');
}
