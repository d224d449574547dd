import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  ALERT_FILES,
  describeSeverity,
  readAlerts,
} from '../../scripts/rules/alerts.ts';
import {
  EXPECTATIONS,
  findCases,
  INNOCENT_CASES,
} from '../../scripts/rules/cases.ts';
import { pathOf } from '../stack/support/files.ts';

const ALERTS = readAlerts();
const LABELLED = ALERTS.map(
  (alert) =>
    [`${alert.name} ${describeSeverity(alert.labels)}`, alert] as const,
);

test('every file of alerts is in the order in which they are read', () => {
  const files = readdirSync(pathOf('prometheus/rules'));
  const alerts = files.filter((file) => file.startsWith('alerts-'));
  expect([...ALERT_FILES].sort()).toEqual(alerts.sort());
});

test.each(LABELLED)('%s has a case that fires', (_, alert) => {
  expect(findCases(alert).firing).not.toEqual([]);
});

test.each(LABELLED)('%s has a case that is silent', (_, alert) => {
  expect(findCases(alert).silent).not.toEqual([]);
});

test('every case names an alert that exists', () => {
  const names = new Set(ALERTS.map(({ name }) => name));
  const unknown = EXPECTATIONS.filter(({ alertname }) => !names.has(alertname));
  expect(unknown).toEqual([]);
});

test('every case that fires has all labels and annotations', () => {
  const missing = EXPECTATIONS.flatMap(({ alertname, test: name, alerts }) =>
    alerts
      .filter(({ exp_labels, exp_annotations = {} }) => {
        const alert = ALERTS.find(
          (one) =>
            one.name === alertname &&
            describeSeverity(one.labels) === describeSeverity(exp_labels),
        );
        const wanted = Object.keys(alert?.annotations ?? { alert: '' });
        return wanted.some((key) => !exp_annotations[key]);
      })
      .map(() => `${alertname}: ${name}`),
  );
  expect(missing).toEqual([]);
});

test('no alert of any file fires in what is innocent', () => {
  expect(INNOCENT_CASES.map(({ name }) => name).sort()).toEqual([
    'nothing at all fires for a single client that flaps',
    'nothing at all fires in a quiet night',
    'nothing at all fires in a rolling restart',
    'nothing at all fires when a drained instance begins anew',
    'nothing at all fires where most series are missing',
    'nothing at all fires where nobody has ever come',
  ]);
  for (const { files } of INNOCENT_CASES)
    expect(files).toBe(ALERT_FILES.length);
});
