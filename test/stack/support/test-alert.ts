import { until } from '../../support/poll.ts';

/** What the catcher tells of a message. */
interface Message {
  readonly kind: 'mail' | 'webhook' | 'slack';
  readonly title: string;
}

/** The longest wait of alertmanager.yaml, and some. */
const NOTIFIED_WITHIN_MS = 40_000;

/**
 * Sends an alert to Alertmanager, and waits until each kind of receiver has it.
 *
 * @param url - of Alertmanager.
 * @param catcherUrl - of what takes the notifications.
 */
export async function sendTestAlert(
  url: string,
  catcherUrl: string,
): Promise<void> {
  const labels = { alertname: 'SseTest', job: 'test', severity: 'critical' };
  const response = await fetch(`${url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify([{ labels, annotations: { summary: 'A test.' } }]),
  });
  if (!response.ok) throw new Error(`status ${response.status}`);
  await until(
    'kinds of notifications',
    () => readKinds(catcherUrl),
    (kinds) => kinds.join() === 'mail,slack,webhook',
    NOTIFIED_WITHIN_MS,
  );
}

async function readKinds(url: string): Promise<string[]> {
  const response = await fetch(`${url}/messages`);
  const messages = (await response.json()) as Message[];
  return [...new Set(messages.map(({ kind }) => kind))].sort();
}
