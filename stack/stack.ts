/** The stack without a container engine, with the configuration files of compose. */
import { join } from 'node:path';

import { type Address, choosePlaces } from './addresses.ts';
import { copyConfigs } from './configs.ts';
import { startJanitor } from './janitor.ts';
import { createPart, type Part, type PartOptions } from './part.ts';
import {
  APPS,
  type AppOptions,
  describeAlertmanager,
  describeApp,
  describeCatcher,
  describeCollector,
  describeLoad,
  describeNginx,
  describePrometheus,
  describeRedis,
  PRODUCTION,
  placeOf,
  type Surroundings,
} from './parts.ts';
import { installProductionAt } from './production-package.ts';

/** What is started, and who is told of it. */
export interface StackOptions {
  readonly app?: AppOptions;
  /** Whether the clients of quick-start are there. @defaultValue true */
  readonly hasLoad?: boolean;
  /** Changes the copied configuration files before anything starts. */
  readonly configure?: (folder: string) => void | Promise<void>;
  /** Further flags of Prometheus. */
  readonly prometheusFlags?: readonly string[];
  /** Told of each part once it is healthy. */
  readonly onHealthy?: (name: string) => void;
  /** Told of a part that ended by itself. */
  readonly onDeath?: (error: Error) => void;
  /** Ends the starting. */
  readonly signal?: AbortSignal;
}

/** The stack as it runs; to dispose of it ends all parts and removes all files. */
export interface Stack extends AsyncDisposable {
  /** @returns `http://127.0.0.1:…` of an address of the compose network. */
  urlOf(address: Address): string;
  /** @throws Error when there is none. */
  part(name: string): Part;
  /** Starts one more part, which ends with the stack. */
  add(options: PartOptions): Promise<void>;
}

/**
 * Starts the stack on free ports and waits until all of it is healthy.
 *
 * @throws Error that names what is missing and the command that installs it, or
 * the part that did not start and its last lines. Nothing is left then.
 */
export async function startStack({
  app = {},
  hasLoad = true,
  configure = () => undefined,
  prometheusFlags = [],
  onHealthy = () => undefined,
  onDeath = () => undefined,
  signal,
}: StackOptions = {}): Promise<Stack> {
  const places = await choosePlaces();
  const janitor = startJanitor();
  const { folder } = janitor;
  const groups: Part[][] = [];
  const stopParts = async () => {
    for (const group of groups.toReversed()) {
      await Promise.all(group.map((part) => part.stop()));
    }
  };
  const stop = async () => {
    await stopParts();
    await janitor[Symbol.asyncDispose]();
  };
  const start = async (part: Part) => {
    signal?.throwIfAborted();
    await part.start();
    onHealthy(part.name);
  };
  const startGroup = async (...group: readonly PartOptions[]) => {
    const parts = group.map((one) => createPart(one, janitor, onDeath));
    groups.push(parts);
    const all = await Promise.allSettled(parts.map(start));
    for (const one of all) if (one.status === 'rejected') throw one.reason;
  };
  // A part that waits for its health is ended, and says so.
  const abort = () => void stopParts();
  signal?.addEventListener('abort', abort);
  try {
    copyConfigs(folder, places);
    await configure(folder);
    const surroundings = { places, folder };
    const all = await describeGroups(surroundings, app, prometheusFlags);
    for (const group of all) await startGroup(...group);
    if (hasLoad) await startGroup(describeLoad(surroundings));
  } catch (error) {
    await stop();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
  return {
    urlOf: (address) => `http://${placeOf(places, address)}`,
    part(name) {
      const part = groups.flat().find((one) => one.name === name);
      if (part === undefined) throw new Error(`no part ${name}`);
      return part;
    },
    add: (options) => startGroup(options),
    [Symbol.asyncDispose]: stop,
  };
}

/** In the order of starting; what sends ends before what it sends to. */
async function describeGroups(
  surroundings: Surroundings,
  app: AppOptions,
  prometheusFlags: readonly string[],
): Promise<PartOptions[][]> {
  // What may be missing is found out before anything starts.
  const nginx = describeNginx(surroundings);
  const isProduction = app.program === undefined;
  const redis = isProduction ? [describeRedis(surroundings)] : [];
  const groups = [
    [
      describeCatcher(surroundings),
      ...redis,
      await describeAlertmanager(surroundings),
      await describePrometheus(surroundings, prometheusFlags),
    ],
    [await describeCollector(surroundings)],
    APPS.map((name) => describeApp(name, surroundings, app)),
    // It would not ask a server again for 5 s that was not there at once.
    [nginx],
  ];
  if (isProduction) installProductionAt(join(surroundings.folder, PRODUCTION));
  return groups;
}
