import type { RequestListener, ServerResponse } from 'node:http';
import { findTrouble } from '../../../src/doctor/findings/findings.ts';
import type { Observation } from '../../../src/doctor/observation.ts';
import { observe } from '../../../src/doctor/observe.ts';
import {
  DEFAULT_SETTINGS,
  type DoctorSettings,
} from '../../../src/doctor/settings.ts';
import { type Started, startPlain } from './servers.ts';

/** A server, and what the doctor saw of it. */
export type Scene = () => Promise<Observation>;

/** A finding's two scenes: with the trouble, and nearly with it. */
export interface Scenes {
  readonly sick: Scene;
  readonly well: Scene;
}

/** Quick enough for tests; nothing else differs from what people have. */
const QUICK = {
  ...DEFAULT_SETTINGS,
  seconds: 0.5,
  leastSeconds: 0,
  events: 4,
  noticeSeconds: 0.5,
  isResuming: false,
} as const;

/** What a test says of the settings. */
export type Wishes = Partial<DoctorSettings>;

/** Examines a stream by its URL. */
export function examine(url: URL, wishes: Wishes = {}): Promise<Observation> {
  const signal = new AbortController().signal;
  return observe({ ...QUICK, url, ...wishes }, signal);
}

/** A scene of a server, started for it. */
export function onServer(
  start: () => Promise<Started>,
  wishes: Wishes | ((url: URL) => Wishes) = {},
): Scene {
  return async () => {
    await using server = await start();
    const { url } = server;
    // Awaited, or the server would be gone before.
    return await examine(
      url,
      typeof wishes === 'function' ? wishes(url) : wishes,
    );
  };
}

/** A scene of a server of plain HTTP. */
export function onPlain(
  listener: RequestListener,
  wishes: Wishes | ((url: URL) => Wishes) = {},
): Scene {
  return onServer(() => startPlain(listener), wishes);
}

/** Ids of the findings. */
export function listIds(observation: Observation): string[] {
  return findTrouble(observation).map(({ id }) => id);
}

/** Headers of a stream with which nothing is wrong. */
export const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache',
} as const;

/** What a healthy server writes at once. */
export const BODY =
  'retry: 3000\n\n: ok\n\nid: 1\ndata: a\n\nid: 2\nevent: price\ndata: b\n\nid: 3\ndata: c\n\nid: 4\ndata: d\n\n';

/** Answers with a stream that stays open. */
export function sendStream(
  response: Pick<ServerResponse, 'write' | 'writeHead'>,
  headers: Readonly<Record<string, string>> = {},
  body: string | Uint8Array = BODY,
): void {
  response.writeHead(200, { ...HEADERS, ...headers });
  response.write(body);
}

/** A listener that answers with a stream that stays open. */
export function streaming(
  headers: Readonly<Record<string, string>> = {},
  body: string | Uint8Array = BODY,
): RequestListener {
  return (_request, response) => sendStream(response, headers, body);
}
