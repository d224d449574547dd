import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { ROOT } from '../../../../scripts/packed/project.ts';
import { fillRules } from '../../../../scripts/rules/fill.ts';
import { readValues, type Values } from '../../../../scripts/rules/values.ts';
import { compressExpression } from './compress-expression.ts';
import { divideDuration, parseDuration } from './pace.ts';

/** A longer range would be of time before the drill: promtool proves such a rule. */
const LONGEST_RANGE = '6h';
const ANNOTATED = /^alerts-/;
const RANGE = /\[((?:\d+(?:ms|[smhdwy]))+)[\]:]/g;
const SPAN = /^\d+[smhd]$/;

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface RuleFile {
  readonly groups: readonly {
    readonly name: string;
    readonly interval?: string;
    readonly rules: readonly Rule[];
  }[];
}

/** The shipped rules in a drill's time. */
export interface CompressedRules {
  /** YAML by the name of its file in `prometheus/rules/`. */
  readonly files: ReadonlyMap<string, string>;
  /** Names of rules that are left out. */
  readonly omitted: readonly string[];
}

/**
 * Compresses all shipped rules: alerts from their source with divided values, the
 * rest as it is shipped.
 *
 * @throws Error for a number that is not known to be a time or none.
 */
export function compressRules(): CompressedRules {
  const values = readValues('default');
  const divided = divideValues(values);
  const files = new Map<string, string>();
  const omitted: string[] = [];
  for (const name of readdirSync(join(ROOT, 'prometheus', 'rules'))) {
    const { groups } = parse(readSource(name)) as RuleFile;
    const compressed = groups.map(({ interval, rules, ...group }) => ({
      ...group,
      ...(interval !== undefined && { interval: divideDuration(interval) }),
      rules: rules.flatMap((rule) => {
        if (findLongestRange(fillRules(rule.expr, values)) > LIMIT_MS) {
          omitted.push(describeRule(rule));
          return [];
        }
        return [compressRule(rule, values, divided)];
      }),
    }));
    const text = stringify(
      { groups: compressed },
      { aliasDuplicateObjects: false, lineWidth: 0 },
    );
    files.set(name, text);
  }
  return { files, omitted };
}

const LIMIT_MS = parseDuration(LONGEST_RANGE);

function readSource(name: string): string {
  const path = ANNOTATED.test(name)
    ? join('alerts', name.replace(ANNOTATED, ''))
    : join('rules', name);
  return readFileSync(join(ROOT, 'prometheus', path), 'utf8');
}

/** Only what carries a unit of time is a time: see `prometheus/values/default.yaml`. */
function divideValues(values: Values): Values {
  return new Map(
    [...values].map(([name, { value, reason }]) => {
      const isTime = typeof value === 'string' && SPAN.test(value);
      return [name, { value: isTime ? divideDuration(value) : value, reason }];
    }),
  );
}

function compressRule(rule: Rule, values: Values, divided: Values): Rule {
  const { for: pending, keep_firing_for: kept, annotations } = rule;
  const compress = (time: string) => fillRules(divideTime(time), divided);
  return {
    ...rule,
    // Times that are written out are divided before those of the values are put in.
    expr: fillRules(compressExpression(rule.expr), divided),
    ...(pending !== undefined && { for: compress(pending) }),
    ...(kept !== undefined && { keep_firing_for: compress(kept) }),
    // They speak of real life.
    ...(annotations !== undefined && {
      annotations: Object.fromEntries(
        Object.entries(annotations).map(([name, text]) => [
          name,
          fillRules(text, values),
        ]),
      ),
    }),
  };
}

function divideTime(time: string): string {
  return time.startsWith('$') ? time : divideDuration(time);
}

function findLongestRange(expression: string): number {
  const ranges = [...expression.matchAll(RANGE)].map(([, range = '']) =>
    parseDuration(range),
  );
  return Math.max(0, ...ranges);
}

function describeRule({ record, alert, labels }: Rule): string {
  if (alert === undefined) return record ?? '';
  const { window } = labels ?? {};
  return window === undefined ? alert : `${alert} (${window})`;
}
