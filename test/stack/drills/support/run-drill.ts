import type { Stack } from '../../../../stack/stack.ts';
import { until } from '../../../support/poll.ts';
import type { Drill } from './drill.ts';
import { type Firing, readFirings } from './firings.ts';
import type { Notifications, Receiver } from './notifications.ts';
import { FACTOR, parseDuration } from './pace.ts';
import { createStage } from './stage.ts';

/** Of real life: what a busy machine may take longer than the watch. */
const PATIENCE_MS = parseDuration('15m') / FACTOR;

const EVERYBODY: readonly Receiver[] = ['mail', 'slack', 'webhook'];
/** As `alertmanager/alertmanager.yaml` routes: advice goes to the log alone. */
const RECEIVERS: Readonly<Record<string, readonly Receiver[]>> = {
  critical: EVERYBODY,
  warning: EVERYBODY,
  info: ['webhook'],
};

/** An alert that was expected. */
export interface Detection {
  readonly alert: string;
  /** Of what fired first; empty when nothing did. */
  readonly severity: string;
  /** From the fault to the alert, in milliseconds of the drill. */
  readonly firedMs: number | undefined;
  /** From the fault to a message at each receiver. */
  readonly toldMs: Readonly<Partial<Record<Receiver, number>>>;
}

/** What came of a drill. */
export interface DrillResult {
  readonly drill: Drill;
  readonly detections: readonly Detection[];
  /** Alerts that fired, as was allowed, and whether anybody was told of them. */
  readonly consequences: readonly { alert: string; isTold: boolean }[];
  /** Alerts that fired, and should not have. */
  readonly wrong: readonly string[];
  /** All that makes it fail, in words. */
  readonly failures: readonly string[];
}

/** Runs one drill on a stack and judges what fired. */
export async function runDrill(
  drill: Drill,
  stack: Stack,
  notifications: Notifications,
): Promise<DrillResult> {
  const startedAt = Date.now();
  const stage = createStage(drill, stack);
  const { job } = stage;
  const failures: string[] = [];
  let firings: Firing[] = [];
  const read = async () => {
    firings = await readFirings(
      stack.urlOf('prometheus:9090'),
      `job="${job}"`,
      startedAt,
    );
  };
  const detect = () => {
    const faultAt = stage.faultAt() ?? startedAt;
    return drill.expected.map((alert) =>
      describeDetection({ alert, job, faultAt }, firings, notifications),
    );
  };
  try {
    await drill.run(stage);
    if (stage.faultAt() === undefined) throw new Error('no fault began');
    await stage.pass(drill.watched);
    await until(
      'alerts that nobody was told of',
      async () => {
        await read();
        return detect().filter((one) => !isTold(one)).length;
      },
      (count) => count === 0,
      PATIENCE_MS,
    ).catch(() => undefined);
  } catch (error) {
    failures.push(String(error));
  }
  await read();
  const detections = detect();
  await stage.end().catch((error: unknown) => failures.push(String(error)));
  const allowed = drill.allowed ?? {};
  const faultAt = stage.faultAt() ?? Number.POSITIVE_INFINITY;
  const wrong = firings.filter(({ alert, at }) =>
    drill.expected.includes(alert) ? at < faultAt : !(alert in allowed),
  );
  return {
    drill,
    detections,
    consequences: listNames(
      firings.filter(({ alert }) => alert in allowed),
    ).map((alert) => ({
      alert,
      isTold: notifications
        .list()
        .some((one) => one.alert === alert && one.job === job),
    })),
    wrong: listNames(wrong),
    failures: [
      ...failures,
      ...detections.flatMap(describeMissing),
      ...wrong.map(
        ({ alert, severity, labels }) =>
          `${alert} (${severity}) fired: ${JSON.stringify(labels)}`,
      ),
    ],
  };
}

function describeDetection(
  { alert, job, faultAt }: { alert: string; job: string; faultAt: number },
  firings: readonly Firing[],
  notifications: Notifications,
): Detection {
  const own = firings
    .filter((firing) => firing.alert === alert && firing.at >= faultAt)
    .sort((one, other) => one.at - other.at);
  const told: Partial<Record<Receiver, number>> = {};
  for (const one of notifications.list()) {
    if (one.alert !== alert || one.job !== job || one.at < faultAt) continue;
    told[one.receiver] ??= one.at - faultAt;
  }
  const [first] = own;
  return {
    alert,
    severity: first?.severity ?? '',
    firedMs: first && first.at - faultAt,
    toldMs: told,
  };
}

function isTold({ severity, toldMs }: Detection): boolean {
  return listSilent(severity, toldMs).length === 0;
}

function listSilent(
  severity: string,
  toldMs: Detection['toldMs'],
): readonly Receiver[] {
  const receivers = RECEIVERS[severity] ?? EVERYBODY;
  return receivers.filter((receiver) => toldMs[receiver] === undefined);
}

function describeMissing({
  alert,
  severity,
  firedMs,
  toldMs,
}: Detection): string[] {
  if (firedMs === undefined) return [`${alert} did not fire`];
  const silent = listSilent(severity, toldMs);
  return silent.length > 0 ? [`${alert} did not reach ${silent}`] : [];
}

function listNames(firings: readonly Firing[]): string[] {
  return [...new Set(firings.map(({ alert }) => alert))].sort();
}
