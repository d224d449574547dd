import type { Drill } from './drill.ts';
import type { Firing } from './firings.ts';
import type { Notification, Receiver } from './notifications.ts';

const EVERYBODY: readonly Receiver[] = ['mail', 'slack', 'webhook'];
/** As `alertmanager/alertmanager.yaml` routes: advice goes to the log alone. */
const RECEIVERS: Readonly<Record<string, readonly Receiver[]>> = {
  critical: EVERYBODY,
  warning: EVERYBODY,
  info: ['webhook'],
};

/** What is known of a drill. */
export interface Evidence {
  readonly drill: Drill;
  /** Milliseconds since the epoch; none: it did not come so far. */
  readonly faultAt: number | undefined;
  /** Of its job, since the drill began. */
  readonly firings: readonly Firing[];
  /** Of all jobs. */
  readonly notifications: readonly Notification[];
  /** What went wrong otherwise. */
  readonly failures: readonly string[];
}

/** An alert that was expected. */
export interface Detection {
  readonly alert: string;
  /** From the fault to the alert, in milliseconds of the drill. */
  readonly firedMs: number | undefined;
  /** From the fault to a message at each receiver. */
  readonly toldMs: Readonly<Partial<Record<Receiver, number>>>;
  /** Who should have been told, and was not. */
  readonly silent: readonly Receiver[];
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

/** Compares what fired, and who was told, with what was expected. */
export function judge(evidence: Evidence): DrillResult {
  const { drill, faultAt = Number.POSITIVE_INFINITY, firings } = evidence;
  const { expected, allowed = {} } = drill;
  const detections = expected.map((alert) => detect(alert, evidence));
  const wrong = firings.filter(({ alert, at }) =>
    expected.includes(alert) ? at < faultAt : !(alert in allowed),
  );
  const consequences = firings.filter(({ alert }) => alert in allowed);
  return {
    drill,
    detections,
    consequences: listNames(consequences).map((alert) => ({
      alert,
      isTold: findNotifications(alert, evidence).length > 0,
    })),
    wrong: listNames(wrong),
    failures: [
      ...evidence.failures,
      ...detections.flatMap(describeMissing),
      ...wrong.map(
        ({ alert, severity, labels }) =>
          `${alert} (${severity}) fired: ${JSON.stringify(labels)}`,
      ),
    ],
  };
}

function detect(alert: string, evidence: Evidence): Detection {
  const { faultAt = Number.POSITIVE_INFINITY, firings } = evidence;
  const own = firings
    .filter((firing) => firing.alert === alert && firing.at >= faultAt)
    .sort((one, other) => one.at - other.at);
  const toldMs: Partial<Record<Receiver, number>> = {};
  for (const { receiver, at } of findNotifications(alert, evidence)) {
    if (at >= faultAt) toldMs[receiver] ??= at - faultAt;
  }
  const [first] = own;
  const receivers = first
    ? own.flatMap(({ severity }) => RECEIVERS[severity] ?? EVERYBODY)
    : EVERYBODY;
  return {
    alert,
    firedMs: first && first.at - faultAt,
    toldMs,
    silent: EVERYBODY.filter(
      (one) => receivers.includes(one) && toldMs[one] === undefined,
    ),
  };
}

function findNotifications(
  alert: string,
  { drill, notifications }: Evidence,
): Notification[] {
  const job = `sse/${drill.name}`;
  return notifications.filter((one) => one.alert === alert && one.job === job);
}

function describeMissing({ alert, firedMs, silent }: Detection): string[] {
  if (firedMs === undefined) return [`${alert} did not fire`];
  if (silent.length === 0) return [];
  return [`${alert} did not reach ${silent.join(', ')}`];
}

function listNames(firings: readonly Firing[]): string[] {
  return [...new Set(firings.map(({ alert }) => alert))].sort();
}
