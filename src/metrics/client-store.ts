import {
  type Attributes,
  type BatchObservableResult,
  createNoopMeter,
  type Histogram,
  type Meter,
  type Observable,
} from '@opentelemetry/api';
import {
  ATTR_SERVER_ADDRESS,
  ATTR_SSE_CLIENT_KIND,
  ATTR_URL_TEMPLATE,
  CLIENT_COUNTERS,
  CLIENT_HISTOGRAMS,
  CLIENT_PREFIX,
  type ClientCounter,
  type ClientCounterName,
  type ClientHistogramName,
  type ClientKind,
  OTHER,
} from '../semconv.ts';

/** The most values of histograms kept until there is a provider. */
const MAX_EARLY = 100;
/** Different event types kept when there is no list. */
const MAX_EVENT_TYPES = 20;
/** With so many types, or error types, of each it stays below 1,500 sets. */
const MAX_SERIES = 60;
const MAX_EVENT_SETS = 1100;
/** Longer names of events are cut. */
const MAX_LENGTH = 200;

/** What is counted for one server address, URL template and kind of client. */
interface ClientSeries {
  /** Adds to a counter. */
  add(name: ClientCounterName, by?: number, value?: string | boolean): void;
  /** Counts an event; see `sse.event.type` for the limits. */
  addEvent(type: string): void;
  /** Records seconds; the first ones wait for who wants them. */
  record(name: ClientHistogramName, seconds: number): void;
}

/** What of a meter is used. */
type ClientMeter = Pick<
  Meter,
  | 'createHistogram'
  | 'createObservableCounter'
  | 'addBatchObservableCallback'
  | 'removeBatchObservableCallback'
>;

/** All that a client counts, bounded: what is beyond a limit is in `_OTHER`. */
export interface ClientStore {
  /** Where a connection is counted; every closed value is reported from now on. */
  seriesOf(host: string, template: string, kind: ClientKind): ClientSeries;
  /**
   * Reports to a meter.
   *
   * @param further - observables beside those that a page has, by name.
   * @returns its undo.
   */
  attach(
    meter: ClientMeter,
    further?: Readonly<Record<string, Observable>>,
  ): () => void;
}

interface Count {
  readonly name: string;
  readonly attributes: Attributes;
  value: number;
}

const COUNTERS: [string, ClientCounter][] = Object.entries(CLIENT_COUNTERS);

/**
 * Creates it.
 *
 * @param eventTypes - the only ones kept, each reported from the start.
 * @param settle - is called before each collection; it must not throw.
 */
export function createClientStore(
  eventTypes: readonly string[] | undefined,
  settle: () => void,
): ClientStore {
  const all = new Map<string, ClientSeries>();
  const counts = new Map<string, Count>();
  const types = new Set(eventTypes);
  const early: [string, number, Attributes][] = [];
  let histograms: Record<string, Histogram> | undefined;

  const record = (name: string, seconds: number, base: Attributes): void => {
    if (histograms) histograms[name]?.record(seconds, base);
    else if (early.length < MAX_EARLY) early.push([name, seconds, base]);
  };

  const seriesOf: ClientStore['seriesOf'] = (host, template, kind) => {
    const id = `${kind} ${host} ${template}`;
    const known = all.get(id);
    if (known) return known;
    const limit = Math.min(MAX_SERIES, MAX_EVENT_SETS / types.size);
    if (all.size > limit && host !== OTHER) return seriesOf(OTHER, OTHER, kind);
    const base = {
      [ATTR_SERVER_ADDRESS]: host,
      [ATTR_URL_TEMPLATE]: template,
      [ATTR_SSE_CLIENT_KIND]: kind,
    };
    const add: ClientSeries['add'] = (name, by = 1, value) => {
      const key = `${name} ${value} ${id}`;
      let count = counts.get(key);
      if (!count) {
        const [, attribute]: ClientCounter =
          CLIENT_COUNTERS[name as keyof typeof CLIENT_COUNTERS] ?? [];
        const attributes = attribute ? { ...base, [attribute]: value } : base;
        count = { name, attributes, value: 0 };
        counts.set(key, count);
      }
      count.value += by;
    };
    const series: ClientSeries = {
      add,
      addEvent(given) {
        const type = given.slice(0, MAX_LENGTH);
        if (!eventTypes && types.size < MAX_EVENT_TYPES) types.add(type);
        add('received.events', 1, types.has(type) ? type : OTHER);
      },
      record: (name, seconds) => record(name, seconds, base),
    };
    all.set(id, series);
    for (const [name, [, attribute, values]] of COUNTERS) {
      const first = attribute ? (values ?? eventTypes ?? []) : [undefined];
      for (const value of first) add(name as ClientCounterName, 0, value);
    }
    return series;
  };

  return {
    seriesOf,
    attach(meter, further) {
      const recorders: Record<string, Histogram> = {};
      const observables: Record<string, Observable> = { ...further };
      for (const [name, [unit]] of COUNTERS) {
        observables[name] = meter.createObservableCounter(
          CLIENT_PREFIX + name,
          { unit },
        );
      }
      for (const [name, edges] of Object.entries(CLIENT_HISTOGRAMS)) {
        recorders[name] = meter.createHistogram(CLIENT_PREFIX + name, {
          unit: 's',
          advice: { explicitBucketBoundaries: [...edges] },
        });
      }
      const list = Object.values(observables);
      const observe = (result: BatchObservableResult): void => {
        settle();
        for (const { name, value, attributes } of counts.values()) {
          const observable = observables[name];
          if (observable) result.observe(observable, value, attributes);
        }
      };
      meter.addBatchObservableCallback(observe, list);
      histograms = meter === createNoopMeter() ? undefined : recorders;
      for (const value of early.splice(0)) record(...value);
      return () => meter.removeBatchObservableCallback(observe, list);
    },
  };
}
