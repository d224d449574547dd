import { findQuietPorts } from '../../../../stack/ports.ts';
import { pathOf } from '../../support/files.ts';
import type { DrillStage } from '../support/drill.ts';

const PROGRAM = pathOf('test/stack/drills/programs/clients.mjs');

/** What clients do. */
export interface ClientOptions {
  /** Of the stream; `#` is the client's number, modulo `modulo`. */
  readonly url: string;
  readonly count: number;
  readonly modulo?: number;
  /** How soon they come back. @defaultValue 1000 */
  readonly retryMs?: number;
  /** How long they stay. @defaultValue as long as they may */
  readonly stayMs?: number;
  /** How many stop reading when they misbehave. */
  readonly stopping?: number;
  /** Whether they ask for what they missed. @defaultValue false */
  readonly isResuming?: boolean;
}

/** Clients in a process of their own. */
export interface Clients {
  /** Leads them elsewhere, when they come back. */
  redirect(url: string): Promise<void>;
  misbehave(): Promise<void>;
}

/** Starts clients, which end with the drill. */
export async function startClients(
  stage: DrillStage,
  options: ClientOptions,
): Promise<Clients> {
  const { url, count, modulo = 1, retryMs = 1000, stayMs, stopping } = options;
  const [port] = await findQuietPorts(1);
  const own = `http://127.0.0.1:${port}`;
  await stage.startPart({
    name: `clients-${port}`,
    command: process.execPath,
    args: [PROGRAM],
    env: {
      PORT: String(port),
      TARGET: url,
      CLIENTS: String(count),
      MODULO: String(modulo),
      RETRY_MS: String(retryMs),
      IS_RESUMING: String(options.isResuming ?? false),
      ...(stayMs !== undefined && { STAY_MS: String(stayMs) }),
      ...(stopping !== undefined && { STOPPING: String(stopping) }),
    },
    health: `${own}/health`,
  });
  return {
    redirect: (target) => post(`${own}/target`, target),
    misbehave: () => misbehave(own),
  };
}

/** Waits until so many streams of the drill are open. */
export function untilOpen(stage: DrillStage, count: number): Promise<void> {
  return stage.untilAnswered(
    `sum(sse_server_active_connections{job="${stage.job}"}) >= ${count}`,
  );
}

/** Waits until an alert has fired in two severities: by then they may be over. */
export function untilBothFired(
  stage: DrillStage,
  alertname: string,
): Promise<void> {
  const alerts = `ALERTS{alertname="${alertname}",alertstate="firing",job="${stage.job}"}`;
  return stage.untilAnswered(
    `count(count by (severity) (last_over_time(${alerts}[2m]))) == 2`,
  );
}

/** Tells a program to misbehave from now on. */
export function misbehave(url: string): Promise<void> {
  return post(`${url}/fault`);
}

async function post(url: string, body = 'now'): Promise<void> {
  const response = await fetch(url, { method: 'POST', body });
  await response.arrayBuffer();
  if (response.status !== 200) throw new Error(`${url}: ${response.status}`);
}
