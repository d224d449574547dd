/**
 * What a fire drill is, and what it is given. Its file is
 * `test/stack/drills/<name>.ts` and exports it as `default`.
 *
 * Time is compressed: `5m` of the shipped rules are 15 s here. Whatever is written as
 * a {@link Span} is a time of real life, which the engine divides.
 */
import type { PartOptions } from '../../../../stack/part.ts';
import type { Sample } from '../../support/prometheus-api.ts';

/** A time of real life, as PromQL writes it: `90s`, `5m`, `1h`. */
type Span = `${number}${'s' | 'm' | 'h' | 'd'}`;

/** An application that misbehaves, or does not. */
export interface Drill {
  /** kebab-case, as its file; also its `service.name`: its job is `sse/<name>`. */
  readonly name: string;
  /** What happens, for the table: at most 40 characters. */
  readonly title: string;
  /** Alerts that must fire and reach every receiver of their severity. */
  readonly expected: readonly string[];
  /** Alerts that may fire as a consequence, each with its reason: keep it tiny. */
  readonly allowed?: Readonly<Record<string, string>>;
  /**
   * How long it is watched from the fault on: long enough for what must not fire.
   * If an expected alert is not notified by then, somewhat longer.
   */
  readonly watched: Span;
  /** What was recorded before Prometheus started. */
  readonly history?: readonly PastSeries[];
  /** It breaks the stack itself, and gets one of its own. @defaultValue false */
  readonly hasOwnStack?: boolean;
  /** It runs on the stack's three instances behind nginx: one drill of a stack may. */
  readonly fleet?: FleetOptions;
  /**
   * Starts what there is, waits until it is as it should be, says
   * {@link DrillStage.faultBegins} and begins to misbehave. Returns while the fault
   * lasts: what it has started goes on until the watch is over.
   */
  run(stage: DrillStage): Promise<void>;
}

/**
 * A series of a recording rule or of an instance, backfilled up to the start of
 * Prometheus: a sample for each 15 s of real life.
 */
export interface PastSeries {
  /** As in Prometheus: `job_http_route:sse_server_sent_events:rate5m`. */
  readonly metric: string;
  /** Without `job`, which is the drill's. */
  readonly labels?: Readonly<Record<string, string>>;
  /** How far it goes back: `1h`; at most `30h`. */
  readonly since: Span;
  /** A constant, or by the seconds of real life before the start. */
  readonly value: number | ((secondsAgo: number) => number);
}

/** How an instrumented application is started. */
export interface AppOptions {
  /**
   * A file of `test/stack/drills/programs/`: a server that listens on HOST and PORT
   * (variables), answers `/health` with 200 and ends at SIGTERM.
   */
  readonly program: string;
  /** `service.instance.id`. @defaultValue `'app-1'` */
  readonly instance?: string;
  /** Added to its variables, or instead of those that the engine gives. */
  readonly env?: Readonly<Record<string, string>>;
  /** The soft and hard limit of `ulimit -n`. */
  readonly openFiles?: number;
  /** Flags of Node, as `--max-old-space-size=200`. */
  readonly nodeFlags?: readonly string[];
}

/** An application of a drill, instrumented by the flag; sends OTLP to the Collector. */
export interface DrillApp {
  /** `http://127.0.0.1:…` */
  readonly url: string;
  /** The lines that it printed last. */
  output(): string;
  pid(): number | undefined;
  /** Again, on the same port, as the same instance. */
  start(): Promise<void>;
  /** By SIGTERM, and waits. */
  stop(): Promise<void>;
  /** By SIGKILL. */
  kill(): Promise<void>;
}

/** What a drill works with. */
export interface DrillStage {
  /** `sse/<name>`. */
  readonly job: string;
  /** Aborted when the watch is over: loops of clients end. */
  readonly signal: AbortSignal;
  /** Starts an application, and waits until it is healthy. Ends with the drill. */
  startApp(options: AppOptions): Promise<DrillApp>;
  /** Starts a program that is not instrumented, as clients. Ends with the drill. */
  startPart(options: PartOptions): Promise<void>;
  /** For a drill with {@link Drill.fleet}. @throws Error for another. */
  fleet(): Fleet;
  /** Parts of the stack: `otel-collector` and so on; for `hasOwnStack`. */
  part(name: string): Pick<DrillApp, 'start' | 'stop' | 'kill'>;
  /** Undone when the drill is over, last first. */
  defer(undo: () => unknown): void;
  /** Now: what times are counted from. Once; an innocent drill says it, too. */
  faultBegins(): void;
  /** Milliseconds that a time of real life takes here. */
  toMilliseconds(span: Span): number;
  /** Lets a time of real life pass. Ends early, without an error, with the watch. */
  pass(span: Span): Promise<void>;
  /** Asks Prometheus. Select by `job`: other drills run beside this one. */
  query(expression: string): Promise<Sample[]>;
  /**
   * Waits until a query has an answer: `sse_server_active_connections{job="…"} > 9`.
   *
   * @throws Error with the query, two minutes later.
   */
  untilAnswered(expression: string): Promise<void>;
}

/** What runs on app-1, app-2 and app-3. */
type FleetOptions = Pick<AppOptions, 'program' | 'env'>;

/** Three instances behind nginx, which are healthy when the drill begins. */
interface Fleet {
  /** nginx. */
  readonly url: string;
  readonly instances: readonly DrillApp[];
}
