import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { ALERT_FILES, type Alert, describeSeverity } from './alerts.ts';

interface Labelled {
  readonly exp_labels: Readonly<Record<string, string>>;
  readonly exp_annotations?: Readonly<Record<string, string>>;
}

interface TestFile {
  readonly rule_files: readonly string[];
  readonly tests: readonly {
    readonly name: string;
    readonly alert_rule_test?: readonly {
      readonly alertname: string;
      readonly eval_time: string;
      readonly exp_alerts: readonly Labelled[];
    }[];
    readonly promql_expr_test?: readonly {
      readonly expr: string;
      readonly exp_samples: readonly unknown[];
    }[];
  }[];
}

/** What is expected of an alert's name at one time of one case. */
interface Expectation {
  readonly file: string;
  readonly alertname: string;
  readonly test: string;
  readonly alerts: readonly Labelled[];
}

/** The cases of an alert in `prometheus/tests/`, by their names. */
export interface Cases {
  readonly firing: readonly string[];
  /** Where it is looked for, and must not fire at any of the times. */
  readonly silent: readonly string[];
}

const FOLDER = new URL('../../prometheus/tests/', import.meta.url);
const NOTHING_FIRES = /^count_over_time\(ALERTS\{alertstate="firing"\}/;
const FILES: readonly (TestFile & { file: string })[] = ALERT_FILES.map(
  (file) => ({
    file,
    ...(parse(readFileSync(new URL(file, FOLDER), 'utf8')) as TestFile),
  }),
);

/** What all files of tests expect of alerts. */
export const EXPECTATIONS: readonly Expectation[] = FILES.flatMap(
  ({ file, tests }) =>
    tests.flatMap(({ name, alert_rule_test = [] }) =>
      alert_rule_test.map(({ alertname, exp_alerts }) => ({
        file,
        alertname,
        test: name,
        alerts: exp_alerts,
      })),
    ),
);

/** The cases in which no alert of any file may fire, with how many files each loads. */
export const INNOCENT_CASES: readonly { name: string; files: number }[] =
  FILES.flatMap(({ rule_files, tests }) =>
    tests
      .filter(({ promql_expr_test = [] }) =>
        promql_expr_test.some(
          ({ expr, exp_samples }) =>
            NOTHING_FIRES.test(expr) && exp_samples.length === 0,
        ),
      )
      .map(({ name }) => ({
        name,
        files: rule_files.filter((path) => path.includes('/alerts-')).length,
      })),
  );

/** Finds the cases of an alert; those of all alerts are not among them. */
export function findCases(alert: Alert): Cases {
  const severity = describeSeverity(alert.labels);
  const byTest = new Map<string, boolean>();
  for (const { file, alertname, test, alerts } of EXPECTATIONS) {
    if (file !== alert.file && alertname === alert.name) {
      throw new Error(`${file} tests ${alertname} of ${alert.file}`);
    }
    if (alertname !== alert.name) continue;
    const isFiring = alerts.some(
      ({ exp_labels }) => describeSeverity(exp_labels) === severity,
    );
    byTest.set(test, isFiring || byTest.get(test) === true);
  }
  const tests = [...byTest];
  return {
    firing: tests.filter(([, isFiring]) => isFiring).map(([test]) => test),
    silent: tests.filter(([, isFiring]) => !isFiring).map(([test]) => test),
  };
}
