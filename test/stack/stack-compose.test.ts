import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ADDRESSES } from '../../stack/addresses.ts';
import type { PartOptions } from '../../stack/part.ts';
import {
  APPS,
  describeAlertmanager,
  describeApp,
  describePrometheus,
} from '../../stack/parts.ts';
import { pathOf } from './support/files.ts';

interface Service {
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const { services } = parse(readFileSync(pathOf('docker-compose.yml'), 'utf8'), {
  merge: true,
}) as { services: Record<string, Service> };

/** The native stack, at the addresses of the compose network. */
const AT_HOME = {
  places: new Map(ADDRESSES.map((address) => [address, address])),
  folder: '/',
};

/** Where it keeps its files and listens is another matter in a container. */
const OF_THE_PLACE = /^--(?:config|storage|web\.(?:listen|external))/;

function listFlags(args: readonly string[]): string[] {
  return args.filter((flag) => !OF_THE_PLACE.test(flag)).sort();
}

test.each([
  ['prometheus', describePrometheus],
  ['alertmanager', describeAlertmanager],
] as const)(
  '%s has the flags of docker-compose.yml',
  async (name, describe) => {
    const { args }: PartOptions = await describe(AT_HOME);
    const flags = listFlags(services[name]?.command ?? []);
    expect(flags.length).toBeGreaterThan(0);
    expect(listFlags(args)).toEqual(flags);
  },
);

test.each(APPS)('%s has the variables of docker-compose.yml', (name) => {
  const { env = {} } = describeApp(name, AT_HOME, {});
  const environment = services[name]?.environment ?? {};
  const keys = Object.keys(environment);
  expect(keys.length).toBeGreaterThan(5);
  // As a browser sees it, which is in no container.
  const url = ['http://localhost:', '{OTLP_PORT}'].join('$');
  expect(env['BROWSER_OTLP_URL']).toBe('http://otel-collector:4318');
  const native: Record<string, string> = { ...env, BROWSER_OTLP_URL: url };
  const same = Object.fromEntries(keys.map((key) => [key, native[key]]));
  expect(same).toEqual(environment);
});
