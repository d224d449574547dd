import { setTimeout as delay } from 'node:timers/promises';
import { recordInstance } from './instance.ts';
import {
  type FleetPrometheus,
  type PrometheusFigures,
  type RuleGroup,
  startFleetPrometheus,
} from './prometheus.ts';
import { type Answered, answerQuestion, listQuestions } from './questions.ts';
import { recordPast, sortRecordingRules } from './recorded.ts';
import { createRecording } from './recording.ts';
import { createFleetSender, INTERVAL_MS, type Progress } from './sender.ts';

const PAST_MS = 30 * 60_000;
/** Before the first export: the uptime of a process that has settled. */
const AGE_MS = 60 * 60_000;

/** How large a fleet is, and how long it is looked at. */
export interface FleetOptions {
  readonly instances: number;
  /** Open streams of each. */
  readonly streams: number;
  /** For how long rules are evaluated while the fleet goes on. */
  readonly evaluationSeconds: number;
  /** Told what is done, and how far. */
  readonly say?: (line: string) => void;
}

/** What a fleet asked of Prometheus. */
export interface FleetOutcome {
  readonly instances: number;
  readonly streams: number;
  /** Series that the fleet sends, `target_info` among them. */
  readonly series: number;
  /** Of `sse_server_…` and `sse_process_…` alone. */
  readonly serverSeries: number;
  /** Series that rules add. */
  readonly recorded: number;
  /** Streams that are open, by a recording rule. */
  readonly activeStreams: number;
  /** Opened, not closed and not open: of all instances. */
  readonly unaccountedStreams: number;
  readonly ingestion: {
    readonly samples: number;
    readonly seconds: number;
    readonly cpuSeconds: number;
    readonly walBytes: number;
  };
  /** Of Prometheus, while the fleet goes on and rules are evaluated. */
  readonly steady: {
    readonly cpus: number;
    readonly residentBytes: number;
  };
  /** Each with the longest of its evaluations. */
  readonly groups: readonly RuleGroup[];
  readonly answers: readonly Answered[];
}

/**
 * Has a fleet send to the real Prometheus by OTLP: half an hour as fast as it is taken,
 * then as time passes, while rules are evaluated and every dashboard is asked.
 */
export async function simulateFleet({
  instances,
  streams,
  evaluationSeconds,
  say = () => undefined,
}: FleetOptions): Promise<FleetOutcome> {
  say(`an instance of ${streams} streams is recorded`);
  const exports = await recordInstance(streams);
  await using prometheus = await startFleetPrometheus();
  const { url } = prometheus;
  const start = roundDown(Date.now()) - PAST_MS;
  const recording = createRecording(exports, start - AGE_MS);
  const sender = createFleetSender(url, recording, instances);

  const sayPart = (what: string): Progress =>
    everyTenth((part) => say(`${what} ${part} %`));
  const idle = await prometheus.readFigures();
  const began = performance.now();
  await sender.sendPast(
    start,
    start + PAST_MS,
    sayPart('half an hour is sent:'),
  );
  const seconds = (performance.now() - began) / 1000;
  const sent = await prometheus.readFigures();

  // What has passed meanwhile; then it can go on as time passes.
  let now = start + PAST_MS;
  while (roundDown(Date.now()) > now) {
    const next = roundDown(Date.now());
    await sender.sendPast(now, next, () => undefined);
    now = next;
  }
  const stop = sender.sendOn(now);
  try {
    const rules = await sortRecordingRules(url);
    await recordPast(url, rules, start, now, sayPart('rules of half an hour:'));
    await prometheus.loadRules();
    say(`rules are evaluated for ${evaluationSeconds} s`);
    const before = await prometheus.readFigures();
    const groups = await watchGroups(prometheus, evaluationSeconds);
    const steady = await prometheus.readFigures();

    const questions = await listQuestions(url, rules);
    const answers: Answered[] = [];
    const sayAnswers = sayPart('dashboards are asked:');
    for (const question of questions) {
      answers.push(await answerQuestion(url, question));
      sayAnswers(answers.length / questions.length);
    }
    return {
      instances,
      streams,
      series: sent.series,
      serverSeries: await prometheus.count(
        '{__name__=~"sse_(server|process)_.+"}',
      ),
      recorded: await prometheus.count('{__name__=~".+:.+"}'),
      activeStreams: await prometheus.sum(
        'job:sse_server_active_connections:sum',
      ),
      unaccountedStreams: await prometheus.sum(
        'abs(job_instance:sse_server_unaccounted_connections:sum)',
      ),
      ingestion: subtract(sent, idle, seconds),
      steady: {
        cpus: (steady.cpuSeconds - before.cpuSeconds) / evaluationSeconds,
        residentBytes: steady.residentBytes,
      },
      groups,
      answers,
    };
  } finally {
    await stop();
  }
}

function subtract(
  after: PrometheusFigures,
  before: PrometheusFigures,
  seconds: number,
) {
  return {
    samples: after.samples - before.samples,
    seconds,
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    walBytes: after.walBytes - before.walBytes,
  };
}

/** @returns each group with the longest of its evaluations. */
async function watchGroups(
  prometheus: FleetPrometheus,
  seconds: number,
): Promise<RuleGroup[]> {
  const longest = new Map<string, RuleGroup>();
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    for (const group of await prometheus.readGroups()) {
      if (group.error !== undefined) {
        throw new Error(`rules of ${group.name}: ${group.error}`);
      }
      const known = longest.get(group.name);
      if (known === undefined || group.tookSeconds > known.tookSeconds) {
        longest.set(group.name, group);
      }
    }
    await delay(1000);
  }
  return [...longest.values()];
}

function roundDown(time: number): number {
  return Math.floor(time / INTERVAL_MS) * INTERVAL_MS;
}

/** Not each step of thousands. */
function everyTenth(say: (percent: number) => void): Progress {
  let said = -1;
  return (done) => {
    const tenth = Math.floor(done * 10);
    if (tenth === said) return;
    said = tenth;
    say(tenth * 10);
  };
}
