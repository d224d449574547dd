import type { Observation } from '../observation.ts';
import { listFacts } from '../report/facts.ts';
import { cleanText } from '../text.ts';

/** One thing that is not the same, by both ways. */
export interface Difference {
  readonly what: string;
  readonly direct: string;
  readonly proxied: string;
}

/** Headers that differ with every answer. */
const VOLATILE =
  /^(?:date|age|etag|x-request-id|cf-ray|set-cookie|report-to|nel)$/;
const MISSING = '–';

/** Facts and headers that are not the same. */
export function listDifferences(
  direct: Observation,
  proxied: Observation,
): Difference[] {
  return [
    ...differ(new Map(listFacts(direct)), new Map(listFacts(proxied))),
    ...differ(headersOf(direct), headersOf(proxied)),
  ];
}

/** Names and values of headers that say the same each time. */
function headersOf({ head }: Observation): Map<string, string> {
  return new Map(
    (head?.headers ?? [])
      .filter(([name]) => !VOLATILE.test(name))
      .map(([name, value]) => [cleanText(name, 40), cleanText(value, 100)]),
  );
}

function differ(
  direct: ReadonlyMap<string, string>,
  proxied: ReadonlyMap<string, string>,
): Difference[] {
  const names = new Set([...direct.keys(), ...proxied.keys()]);
  return [...names].flatMap((what) => {
    const one = direct.get(what) ?? MISSING;
    const other = proxied.get(what) ?? MISSING;
    return one === other ? [] : [{ what, direct: one, proxied: other }];
  });
}
