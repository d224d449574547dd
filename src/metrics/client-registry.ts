import {
  ATTR_SERVER_ADDRESS,
  ATTR_SSE_CLIENT_KIND,
  ATTR_URL_TEMPLATE,
  type ClientKind,
  OTHER,
} from '../semconv.ts';
import { CappedNames } from './capped-names.ts';
import { ClientSeries } from './client-series.ts';
import { Budget } from './counts.ts';

/** As many event types a process as on the server. */
const MAX_EVENT_TYPES = 20;
/** Different addresses, and different templates, kept. */
const MAX_NAMES = 100;
/** Six error types of each, and `_OTHER` of both kinds, stay below 1,500. */
const MAX_SERIES = 150;
const MAX_EVENT_SETS = 1300;

/** The series of this client by server address, URL template and kind. */
export class ClientRegistry {
  readonly series: ClientSeries[] = [];
  readonly #byKey = new Map<string, ClientSeries>();
  readonly #addresses = new CappedNames(MAX_NAMES);
  readonly #templates = new CappedNames(MAX_NAMES);
  readonly #types: readonly string[];
  readonly #eventTypes: CappedNames;
  readonly #eventBudget = new Budget(MAX_EVENT_SETS);

  /** @param eventTypes - the only ones kept, each reported from the start. */
  constructor(eventTypes: readonly string[] | undefined) {
    this.#types = eventTypes ?? [];
    this.#eventTypes = new CappedNames(MAX_EVENT_TYPES, eventTypes);
  }

  /** Where a connection is counted; one look-up a connection. */
  seriesOf(address: string, template: string, kind: ClientKind): ClientSeries {
    let host = this.#addresses.admit(address);
    let path = this.#templates.admit(template);
    if (!this.#byKey.has(`${kind} ${host} ${path}`) && this.#isFull()) {
      host = OTHER;
      path = OTHER;
    }
    const key = `${kind} ${host} ${path}`;
    let series = this.#byKey.get(key);
    if (series === undefined) {
      series = new ClientSeries(
        {
          [ATTR_SERVER_ADDRESS]: host,
          [ATTR_URL_TEMPLATE]: path,
          [ATTR_SSE_CLIENT_KIND]: kind,
        },
        this.#types,
        this.#eventBudget,
      );
      this.#byKey.set(key, series);
      this.series.push(series);
    }
    return series;
  }

  /** Counts an event; see `sse.event.type` for the limits. */
  countEvent(series: ClientSeries, type: string): void {
    series.events.of(this.#eventTypes.admit(type)).value++;
  }

  #isFull(): boolean {
    return this.series.length >= MAX_SERIES;
  }
}
