import {
  type Dashboard,
  readDashboards,
} from '../../test/stack/support/dashboards.ts';
import {
  type Choice,
  chooseVariables,
  interpolate,
} from '../../test/stack/support/interpolation.ts';
import { readRange } from '../../test/stack/support/prometheus-api.ts';
import type { RecordingRule } from './recorded.ts';

/** As the last hour is looked at, a point a minute. */
const RANGE_SECONDS = 3600;
const STEP_SECONDS = 60;
const SCRAPE_SECONDS = 15;
const TIMES = 3;

/** A query of a panel, with every variable at `All`. */
export interface Question {
  /** `dashboard / Panel: A`. */
  readonly name: string;
  readonly text: string;
  /** The same without recording rules, when it reads any. */
  readonly raw: string | undefined;
}

/** What a question was answered. */
export interface Answered {
  readonly name: string;
  readonly series: number;
  readonly seconds: number;
  /** Without recording rules. */
  readonly rawSeconds: number | undefined;
}

/** Every query of every dashboard. */
export async function listQuestions(
  url: string,
  rules: readonly RecordingRule[],
): Promise<Question[]> {
  const questions: Question[] = [];
  for (const dashboard of readDashboards()) {
    const choice = await choose(url, dashboard);
    for (const { title, targets } of dashboard.panels) {
      for (const { refId, expr } of targets) {
        const text = interpolate(expr, choice);
        questions.push({
          name: `${dashboard.uid} / ${title}: ${refId}`,
          text,
          raw: unrecord(text, rules),
        });
      }
    }
  }
  return questions;
}

function choose(url: string, dashboard: Dashboard): Promise<Choice> {
  const view = {
    rangeSeconds: RANGE_SECONDS,
    scrapeSeconds: SCRAPE_SECONDS,
    stepSeconds: STEP_SECONDS,
  };
  return chooseVariables(url, dashboard, view, () => undefined, true);
}

/** Puts the expressions of rules in place of what they record. */
function unrecord(
  text: string,
  rules: readonly RecordingRule[],
): string | undefined {
  let raw = text;
  // Each reads only those before it.
  for (const { name } of rules.toReversed()) {
    const expressions = rules
      .filter((rule) => rule.name === name)
      .map(({ expr }) => `(${expr.trim()})`);
    const selector = new RegExp(
      String.raw`(?<![\w:])${name}(?![\w:])(?:\{[^}]*\})?(?:\[(\w+)\])?( offset \w+)?`,
      'g',
    );
    const step = `${SCRAPE_SECONDS}s`;
    raw = raw.replace(
      selector,
      (_, range: string | undefined, offset: string | undefined) => {
        const all = `(${expressions.join(' or ')})`;
        if (range !== undefined)
          return `${all}[${range}:${step}]${offset ?? ''}`;
        // Only a selector or a range can have an offset.
        return offset === undefined
          ? all
          : `last_over_time(${all}[${step}:${step}]${offset})`;
      },
    );
  }
  return raw === text ? undefined : raw;
}

/** Asks, and looks at the clock. */
export async function answerQuestion(
  url: string,
  { name, text, raw }: Question,
): Promise<Answered> {
  const { seconds, series } = await ask(url, text);
  const without = raw === undefined ? undefined : await ask(url, raw);
  return { name, series, seconds, rawSeconds: without?.seconds };
}

async function ask(url: string, text: string) {
  const took: number[] = [];
  let series = 0;
  for (let time = 0; time < TIMES; time++) {
    const end = Math.floor(Date.now() / 1000);
    const started = performance.now();
    const answer = await readRange(url, text, {
      start: end - RANGE_SECONDS,
      end,
      step: STEP_SECONDS,
    });
    took.push((performance.now() - started) / 1000);
    series = answer.length;
  }
  took.sort((a, b) => a - b);
  return { seconds: took[Math.floor(TIMES / 2)] as number, series };
}
