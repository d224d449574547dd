import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { choosePlaces } from '../../stack/addresses.ts';
import { copyConfigs } from '../../stack/configs.ts';
import { startJanitor } from '../../stack/janitor.ts';
import { createPart } from '../../stack/part.ts';
import {
  describeAlertmanager,
  describeCatcher,
  placeOf,
} from '../../stack/parts.ts';
import { until } from '../support/poll.ts';

const DESCRIPTION = 'app-1 has 9,600 of 10,000 connections.';

/** Alertmanager with the shipped file, but for its patience, and the catcher. */
async function startNotifications() {
  const places = await choosePlaces();
  const janitor = startJanitor();
  const surroundings = { places, folder: janitor.folder };
  copyConfigs(janitor.folder, places);
  const path = join(janitor.folder, 'alertmanager', 'alertmanager.yaml');
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replaceAll(/group_wait: \d+s/g, 'group_wait: 1s'));
  const fail = (error: Error) => {
    throw error;
  };
  const parts = [
    createPart(describeCatcher(surroundings), janitor, fail),
    createPart(await describeAlertmanager(surroundings), janitor, fail),
  ];
  await Promise.all(parts.map((part) => part.start()));
  return {
    alertmanagerUrl: `http://${placeOf(places, 'alertmanager:9093')}`,
    catcherUrl: `http://${placeOf(places, 'catcher:8025')}`,
    async [Symbol.asyncDispose]() {
      await Promise.all(parts.map((part) => part.stop()));
      await janitor[Symbol.asyncDispose]();
    },
  };
}

/** Sends alerts of one job. */
async function sendAlerts(
  url: string,
  labels: readonly Readonly<Record<string, string>>[],
): Promise<void> {
  const annotations = {
    description: DESCRIPTION,
    runbook_url: 'https://shop.example/runbook',
  };
  const alerts = labels.map((own) => ({
    labels: { job: 'sse/shop', ...own },
    annotations,
  }));
  const response = await fetch(`${url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(alerts),
  });
  expect(response.status).toBe(200);
}

interface Message {
  readonly kind: 'mail' | 'slack' | 'webhook';
  readonly title: string;
  readonly text: string;
  readonly to?: readonly string[];
}

test('a page goes out by mail, Slack and webhook, advice to the log alone', async () => {
  await using stack = await startNotifications();
  const severities = ['critical', 'warning', 'info'];
  await sendAlerts(
    stack.alertmanagerUrl,
    severities.map((severity) => ({ alertname: `Sse-${severity}`, severity })),
  );
  const read = async () => {
    const answer = await fetch(`${stack.catcherUrl}/messages`);
    return (await answer.json()) as Message[];
  };
  const messages = await until('messages', read, ({ length }) => length >= 7);
  expect(messages.map(({ kind, title }) => `${kind}: ${title}`).sort()).toEqual(
    [
      'mail: CRITICAL: Sse-critical of sse/shop',
      'mail: WARNING: Sse-warning of sse/shop',
      'slack: CRITICAL: Sse-critical of sse/shop',
      'slack: WARNING: Sse-warning of sse/shop',
      'webhook: [FIRING:1] Sse-critical',
      'webhook: [FIRING:1] Sse-info',
      'webhook: [FIRING:1] Sse-warning',
    ],
  );
  const mail = messages.find(
    ({ kind, title }) => kind === 'mail' && title.startsWith('CRITICAL'),
  );
  expect(mail?.to).toEqual(['on-call@example.com']);
  expect(mail?.text).toContain(DESCRIPTION);
  expect(mail?.text).toContain('What to do: https://shop.example/runbook');
});

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly status: { readonly state: string };
}

const LIMIT = 'SseConnectionLimitNear';
const QUEUE = 'SseQueueLong';
const REJECTED = 'SseConnectionsRejected';

/** What is kept back, by why. */
const KEPT_BACK: readonly (readonly [
  why: string,
  source: Readonly<Record<string, string>>,
  kept: Readonly<Record<string, string>>,
  told: Readonly<Record<string, string>>,
])[] = [
  [
    'nothing is known of a job without telemetry',
    { alertname: 'SseTelemetryAbsent', severity: 'critical' },
    { alertname: QUEUE, severity: 'critical' },
    { alertname: QUEUE, severity: 'critical', job: 'sse/other' },
  ],
  [
    'a page says what its ticket says',
    { alertname: QUEUE, severity: 'critical', instance: 'app-1' },
    { alertname: QUEUE, severity: 'warning', instance: 'app-1' },
    { alertname: QUEUE, severity: 'warning', instance: 'app-2' },
  ],
  [
    'a ticket says what its advice says',
    { alertname: QUEUE, severity: 'warning', error_type: 'EPIPE' },
    { alertname: QUEUE, severity: 'info', error_type: 'EPIPE' },
    { alertname: QUEUE, severity: 'info', error_type: 'ENOENT' },
  ],
  [
    'what is rejected at the limit has one cause',
    { alertname: LIMIT, severity: 'critical', instance: 'app-1' },
    { alertname: REJECTED, severity: 'warning' },
    { alertname: REJECTED, severity: 'warning', job: 'sse/other' },
  ],
];

for (const [why, source, kept, told] of KEPT_BACK) {
  test(`kept back: ${why}`, async () => {
    await using stack = await startNotifications();
    await sendAlerts(stack.alertmanagerUrl, [source, kept, told]);
    const read = async () => {
      const answer = await fetch(`${stack.alertmanagerUrl}/api/v2/alerts`);
      return (await answer.json()) as Alert[];
    };
    const isSuppressed = ({ status }: Alert) => status.state === 'suppressed';
    const alerts = await until(
      'an alert that is kept back',
      read,
      (all) => all.length === 3 && all.some(isSuppressed),
    );
    const suppressed = alerts.filter(isSuppressed);
    expect(suppressed.map(({ labels }) => labels)).toEqual([
      { job: 'sse/shop', ...kept },
    ]);
  });
}
