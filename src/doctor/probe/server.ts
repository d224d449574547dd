import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createStyles } from '../report/styles.ts';
import { writeFacts, writeFindings } from '../report/words.ts';
import { cleanText } from '../text.ts';
import { showUrl } from '../urls.ts';
import { writeMetrics } from './metrics-text.ts';
import { DEFAULT_MODULE, type Module } from './modules.ts';
import { probe } from './probe.ts';
import type { IsAllowed } from './targets.ts';

/** What may be probed, how, and how much at once. */
export interface ProbeServerOptions {
  readonly modules: ReadonlyMap<string, Module>;
  readonly isAllowed: IsAllowed;
  readonly concurrency: number;
}

const METRICS = 'text/plain; version=0.0.4; charset=utf-8';
const WORDS = 'text/plain; charset=utf-8';
/** Room for the answer before Prometheus gives up, seconds. */
const MARGIN = 0.5;

/** A server of probes: `/probe?target=URL&module=NAME`, as blackbox_exporter has it. */
export function createProbeServer(options: ProbeServerOptions): Server {
  let running = 0;
  return createServer({ requestTimeout: 10_000 }, (request, response) => {
    const url = new URL(request.url ?? '/', 'http://probe');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return answer(response, 405, 'GET only\n');
    }
    if (url.pathname === '/-/healthy')
      return answer(response, 200, 'healthy\n');
    if (url.pathname !== '/probe') {
      return answer(
        response,
        404,
        'Probes are at /probe?target=URL&module=NAME\n',
      );
    }
    if (running >= options.concurrency) {
      response.setHeader('Retry-After', '1');
      return answer(
        response,
        503,
        `${running} probes are running: raise --concurrency\n`,
      );
    }
    running++;
    answerProbe(url.searchParams, request, response, options)
      .catch((error: unknown) => {
        if (!response.headersSent) answer(response, 500, `${String(error)}\n`);
      })
      .finally(() => {
        running--;
      });
  });
}

async function answerProbe(
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
  { modules, isAllowed }: ProbeServerOptions,
): Promise<void> {
  const name = query.get('module') ?? DEFAULT_MODULE;
  const module = modules.get(name);
  if (module === undefined) {
    return answer(
      response,
      400,
      `module ${quote(name)} is unknown: ${[...modules.keys()].join(', ')}\n`,
    );
  }
  const target = query.get('target') ?? '';
  if (!URL.canParse(target)) {
    return answer(
      response,
      400,
      `target ${quote(target)} is not a URL: https://host/path\n`,
    );
  }
  const url = new URL(target);
  url.hash = '';
  if (!isAllowed(url)) {
    return answer(
      response,
      403,
      `target ${quote(target)} is not allowed: add it with --allow, or to "targets"\n`,
    );
  }
  const leave = new AbortController();
  response.once('close', () => leave.abort());
  const result = await probe(
    url,
    module,
    isAllowed,
    limitSeconds(module.settings.seconds, request),
    leave.signal,
  );
  const styles = createStyles(false);
  if (query.get('debug') === 'true') {
    const { observation, findings } = result;
    const words = `${writeFacts(observation, styles)}\n${writeFindings(findings, styles)}`;
    return answer(response, 200, words);
  }
  const text = writeMetrics(result, { target: showUrl(url), module: name });
  answer(response, 200, text, METRICS);
}

function limitSeconds(seconds: number, { headers }: IncomingMessage): number {
  const scrape = Number(headers['x-prometheus-scrape-timeout-seconds']);
  if (!(scrape > 0)) return seconds;
  // Half of a time-out that has no room for the margin.
  return Math.min(seconds, Math.max(scrape - MARGIN, scrape / 2));
}

function answer(
  response: ServerResponse,
  status: number,
  text: string,
  type = WORDS,
): void {
  response.writeHead(status, {
    'Content-Type': type,
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(text);
}

function quote(text: string): string {
  return JSON.stringify(cleanText(text, 100));
}
