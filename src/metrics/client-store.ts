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
  type CLIENT_METRICS,
  type ClientKind,
  type ClientMetricKey,
  type InstrumentDefinition,
  OTHER,
} from '../semconv.ts';

/** The most values of histograms kept until there is a provider. */
const MAX_EARLY = 100;
/** Different event types kept when there is no list. */
const MAX_EVENT_TYPES = 20;
/** With so many types, or error types, of each it stays below 1,500 sets. */
const MAX_SERIES = 60;
const MAX_EVENT_SETS = 1100;
/** Longer names are cut. */
const MAX_LENGTH = 200;

/** A histogram of `CLIENT_METRICS`. */
export type ClientHistogramKey = {
  [Key in ClientMetricKey]: (typeof CLIENT_METRICS)[Key]['kind'] extends 'histogram'
    ? Key
    : never;
}[ClientMetricKey];

/** A metric of `CLIENT_METRICS` that is read at collection. */
type ClientCountKey = Exclude<ClientMetricKey, ClientHistogramKey>;

/** The instruments of a door: `CLIENT_METRICS`, or some of them. */
export type ClientInstruments = Readonly<
  Partial<Record<ClientMetricKey, Instrument>>
>;

/** Without a description where nobody would read it. */
type Instrument = InstrumentDefinition & { readonly description?: string };

interface Count {
  readonly key: string;
  readonly attributes: Attributes;
  value: number;
}

/** What is counted for one server address, URL template and kind of client. */
interface ClientSeries {
  /** Adds to a metric; one that the door does not have is nothing. */
  add(key: ClientCountKey, by?: number, value?: string | boolean): void;
  /** Counts an event; see `sse.event.type` for the limits. */
  addEvent(type: string): void;
  /** Records seconds; the first ones wait for who wants them. */
  record(key: ClientHistogramKey, seconds: number): void;
}

/** All that a client counts, bounded: what is beyond a limit is in `_OTHER`. */
export interface ClientStore {
  /** Where a connection is counted; every closed value is reported from now on. */
  seriesOf(host: string, template: string, kind: ClientKind): ClientSeries;
  /** Reports to a meter. @returns its undo. */
  attach(meter: Meter): () => void;
}

/**
 * Creates it.
 *
 * @param eventTypes - the only ones kept, each reported from the start.
 * @param settle - is called before each collection; it must not throw.
 */
export function createClientStore(
  instruments: ClientInstruments,
  eventTypes: readonly string[] | undefined,
  settle: () => void,
): ClientStore {
  const definitions: [string, Instrument][] = Object.entries(instruments);
  const all = new Map<string, ClientSeries>();
  const counts = new Map<string, Count>();
  const types = new Set(eventTypes);
  const early: [string, number, Attributes][] = [];
  let histograms: Record<string, Histogram> | undefined;

  const record = (key: string, seconds: number, base: Attributes): void => {
    if (histograms) histograms[key]?.record(seconds, base);
    else if (early.length < MAX_EARLY) early.push([key, seconds, base]);
  };

  const seriesOf: ClientStore['seriesOf'] = (host, template, kind) => {
    const id = [kind, host, template.slice(0, MAX_LENGTH)].join(' ');
    const known = all.get(id);
    if (known) return known;
    const limit = Math.min(MAX_SERIES, MAX_EVENT_SETS / types.size);
    if (all.size > limit && host !== OTHER) return seriesOf(OTHER, OTHER, kind);
    const base = {
      [ATTR_SERVER_ADDRESS]: host,
      [ATTR_URL_TEMPLATE]: template.slice(0, MAX_LENGTH),
      [ATTR_SSE_CLIENT_KIND]: kind,
    };
    const add: ClientSeries['add'] = (key, by = 1, value) => {
      const countId = [key, value, id].join(' ');
      let count = counts.get(countId);
      if (!count) {
        const [name] = instruments[key]?.attributes ?? [];
        const attributes = name ? { ...base, [name]: value } : base;
        count = { key, attributes, value: 0 };
        counts.set(countId, count);
      }
      count.value += by;
    };
    const series: ClientSeries = {
      add,
      addEvent(given) {
        const type = given.slice(0, MAX_LENGTH);
        if (!eventTypes && types.size < MAX_EVENT_TYPES) types.add(type);
        add('receivedEvents', 1, types.has(type) ? type : OTHER);
      },
      record: (key, seconds) => record(key, seconds, base),
    };
    all.set(id, series);
    for (const [key, { boundaries, attributes, values }] of definitions) {
      if (boundaries) continue;
      for (const value of values ??
        (attributes ? (eventTypes ?? []) : [undefined])) {
        add(key as ClientCountKey, 0, value);
      }
    }
    return series;
  };

  return {
    seriesOf,
    attach(meter) {
      const recorders: Record<string, Histogram> = {};
      const observables: Record<string, Observable> = {};
      for (const [key, definition] of definitions) {
        const { name, kind, unit, description = '', boundaries } = definition;
        const options = { unit, description };
        if (boundaries) {
          const advice = { explicitBucketBoundaries: [...boundaries] };
          recorders[key] = meter.createHistogram(name, { ...options, advice });
        } else if (kind === 'observableCounter') {
          observables[key] = meter.createObservableCounter(name, options);
        } else {
          observables[key] = meter.createObservableUpDownCounter(name, options);
        }
      }
      const list = Object.values(observables);
      const observe = (result: BatchObservableResult): void => {
        settle();
        for (const { key, value, attributes } of counts.values()) {
          const observable = observables[key];
          if (observable) result.observe(observable, value, attributes);
        }
      };
      meter.addBatchObservableCallback(observe, list);
      if (meter === createNoopMeter()) histograms = undefined;
      else {
        histograms = recorders;
        for (const value of early.splice(0)) record(...value);
      }
      return () => meter.removeBatchObservableCallback(observe, list);
    },
  };
}
