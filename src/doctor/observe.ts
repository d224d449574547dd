import { isEventStream } from '../protocol/content-type.ts';
import { ask } from './checks/ask.ts';
import { checkDisconnect, readClosed } from './checks/disconnect.ts';
import { readEncoding } from './checks/encoding.ts';
import { checkPreflight, listUnsafeHeaders } from './checks/preflight.ts';
import { checkResume } from './checks/resume.ts';
import { describeError } from './errors.ts';
import type { Answer } from './exchange/answer.ts';
import type { ExchangeOptions } from './exchange/exchange.ts';
import { createRequest, listEncodings } from './exchange/outgoing.ts';
import {
  type Asked,
  type Disconnect,
  type Observation,
  readHeader,
  type Timings,
} from './observation.ts';
import type { DoctorSettings } from './settings.ts';
import { cleanText } from './text.ts';
import { findSecrets, showUrl } from './urls.ts';
import type { StreamReport } from './watch/stream-report.ts';
import { watch } from './watch/watch.ts';

/** What the doctor does at the moment, for whoever waits. */
export interface ProgressListener {
  onStep(step: string): void;
  onEvents(events: number, comments: number): void;
}

/** Opens a stream, watches it, comes back to it: all that findings are made from. */
export async function observe(
  settings: DoctorSettings,
  signal: AbortSignal,
  progress?: ProgressListener,
): Promise<Observation> {
  const { ca, isInsecure, isAllowed } = settings;
  const options = { ca, isInsecure, isAllowed, signal };
  const asked = describeRequest(settings);
  const at = Date.now();
  const preflight = await checkPreflight(settings, options);
  const closedBefore = await readClosedBefore(settings, options);
  progress?.onStep(`opening ${asked.url}`);
  const { answer, ...exchanged } = await ask(
    createRequest(settings),
    options,
    settings.seconds * 1000,
  );
  const base = { asked, at, ...exchanged, ...(preflight && { preflight }) };
  if (answer === undefined) return base;
  const { head } = answer;
  const opened = { ...base, head, openedAt: Date.now() };
  if (head.status !== 200 || !isEventStream(readHeader(head, 'content-type'))) {
    answer.close();
    return opened;
  }
  progress?.onStep('watching');
  const stream = await watchAnswer(
    answer,
    settings,
    opened.timings,
    options,
    progress,
  );
  const watched = {
    ...opened,
    stream,
    timings: addTimings(opened.timings, stream),
  };
  if (signal.aborted) return watched;
  progress?.onStep('looking whether the server noticed, and coming back');
  const disconnect = await lookForDisconnect(settings, options, closedBefore);
  const resume = settings.isResuming
    ? await checkResume(settings, options, stream.ids)
    : undefined;
  return {
    ...watched,
    ...(disconnect && { disconnect }),
    ...(resume && { resume }),
  };
}

function describeRequest(settings: DoctorSettings): Asked {
  const { url, origin } = settings;
  return {
    url: showUrl(url),
    isHttps: url.protocol === 'https:',
    method: settings.method,
    extraHeaders: listUnsafeHeaders(settings).map((name) =>
      cleanText(name, 40),
    ),
    secretParameters: findSecrets(url).map((name) => cleanText(name, 40)),
    ...(origin !== undefined && { origin }),
    isCrossOrigin: origin !== undefined && origin !== url.origin,
    isWithCredentials: settings.isWithCredentials,
    acceptedEncodings: listEncodings(url),
    slowMs: settings.slowSeconds * 1000,
    proxyTimeoutMs: settings.proxyTimeoutSeconds * 1000,
  };
}

async function watchAnswer(
  answer: Answer,
  settings: DoctorSettings,
  timings: Timings,
  { signal }: ExchangeOptions,
  progress: ProgressListener | undefined,
): Promise<StreamReport> {
  return watch(answer, {
    seconds: settings.seconds,
    events: settings.events,
    leastSeconds: settings.leastSeconds,
    idleSeconds: settings.idleSeconds,
    encoding: readEncoding(answer.head),
    headersMs: timings.headers ?? 0,
    signal,
    onProgress:
      progress && ((events, comments) => progress.onEvents(events, comments)),
  });
}

function addTimings(timings: Timings, stream: StreamReport): Timings {
  const { firstByteMs, firstEventMs } = stream;
  return {
    ...timings,
    ...(firstByteMs !== undefined && { first_byte: firstByteMs }),
    ...(firstByteMs !== undefined &&
      firstEventMs !== undefined && {
        first_event: firstEventMs - firstByteMs,
      }),
  };
}

type Before = number | string | undefined;

/** Streams closed so far, or why that cannot be said. */
async function readClosedBefore(
  { metrics, noticeSeconds }: DoctorSettings,
  options: ExchangeOptions,
): Promise<Before> {
  if (metrics === undefined) return undefined;
  return readClosed(metrics, options, noticeSeconds * 1000).then(
    (closed = 0) => closed,
    describeError,
  );
}

async function lookForDisconnect(
  { metrics, noticeSeconds }: DoctorSettings,
  options: ExchangeOptions,
  before: Before,
): Promise<Disconnect | undefined> {
  if (metrics === undefined || before === undefined) return undefined;
  const unknown = { closedBefore: 0, closedAfter: 0, waitedMs: 0 };
  if (typeof before === 'string') {
    return { ...unknown, problem: cleanText(before) };
  }
  try {
    return await checkDisconnect(
      metrics,
      options,
      before,
      noticeSeconds * 1000,
    );
  } catch (error) {
    return { ...unknown, problem: cleanText(describeError(error)) };
  }
}
