import { type Attributes, diag } from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_ROUTE,
  ATTR_NETWORK_PROTOCOL_VERSION,
} from '../semconv.ts';
import { PACKAGE_NAME } from '../version.ts';
import { CappedNames } from './capped-names.ts';

const MAX_ATTRIBUTES = 5;
const MAX_VALUES = 20;
const MAX_REFUSED = 20;

/** What Prometheus would make of a name; two such would lose the whole scrape. */
const OURS: ReadonlySet<string> = new Set(
  [
    ATTR_HTTP_ROUTE,
    ATTR_HTTP_REQUEST_METHOD,
    ATTR_NETWORK_PROTOCOL_VERSION,
    ATTR_ERROR_TYPE,
    'le',
    'job',
    'instance',
  ].map(labelOf),
);
const OUR_PREFIXES = /^(sse|otel_scope)_/;

/** Attributes of the user's that were admitted. */
export interface Admitted {
  readonly attributes: Attributes;
  /** The same for the same attributes, whatever their order. */
  readonly key: string;
}

const NONE: Admitted = { attributes: {}, key: '' };

/**
 * Bounds the attributes that a user adds to series: so many names, so many values
 * of each. A name or value that cannot be is refused, in one line each name.
 */
export class CappedAttributes {
  readonly #values = new Map<string, CappedNames>();
  readonly #labels = new Set<string>();
  readonly #refused = new Set<string>();

  admit(given: Readonly<Record<string, unknown>> | undefined): Admitted {
    if (given === undefined) return NONE;
    for (const name of Object.keys(given)) this.#admitName(name);
    const attributes: Attributes = {};
    let key = '';
    // In the order of the names first seen: it is the same each time.
    for (const [name, values] of this.#values) {
      const value = this.#textOf(name, given[name]);
      if (value === undefined) continue;
      const admitted = values.admit(value);
      attributes[name] = admitted;
      key += ` ${JSON.stringify([name, admitted])}`;
    }
    return { attributes, key };
  }

  #admitName(name: string): void {
    if (this.#values.has(name) || this.#refused.has(name)) return;
    const label = labelOf(name);
    if (OURS.has(label) || OUR_PREFIXES.test(label)) {
      this.#refuse(name, 'is a name of ours');
    } else if (!/^(?!__)[a-zA-Z_][\w.-]{0,99}$/.test(name)) {
      this.#refuse(name, 'is no name of an attribute');
    } else if (this.#labels.has(label)) {
      this.#refuse(name, 'is the same as another one in Prometheus');
    } else if (this.#values.size >= MAX_ATTRIBUTES) {
      this.#refuse(name, `is beyond the ${MAX_ATTRIBUTES} there may be`);
    } else {
      this.#labels.add(label);
      this.#values.set(name, new CappedNames(MAX_VALUES));
    }
  }

  /** Text for each: 1 and "1" would be one label in Prometheus. */
  #textOf(name: string, value: unknown): string | undefined {
    if (value === undefined || value === null) return undefined;
    if (['string', 'number', 'boolean'].includes(typeof value)) {
      return String(value);
    }
    this.#refuse(name, `is neither text, number, true nor false`);
    return undefined;
  }

  #refuse(name: string, why: string): void {
    if (this.#refused.has(name) || this.#refused.size >= MAX_REFUSED) return;
    this.#refused.add(name);
    const shown = JSON.stringify(name.slice(0, 60));
    diag.warn(
      `${PACKAGE_NAME}: attributesHook gave ${shown}, which ${why}; ignoring it`,
    );
  }
}

function labelOf(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9]+/g, '_');
}
