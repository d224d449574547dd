import { setTimeout as delay } from 'node:timers/promises';

/** Where a message came in. */
export type Receiver = 'mail' | 'slack' | 'webhook';

/** An alert of a job, as somebody was told of it. */
export interface Notification {
  readonly alert: string;
  readonly job: string;
  readonly receiver: Receiver;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What the catcher has received, also what it has forgotten since. */
export interface Notifications {
  /** Alerts that fire, in the order in which they came. */
  list(): readonly Notification[];
  stop(): Promise<void>;
}

interface Message {
  readonly id: number;
  readonly receivedAt: string;
  readonly kind: Receiver;
  readonly title: string;
  readonly body?: { readonly alerts?: readonly Alert[] };
}

interface Alert {
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** As templates/sse.tmpl writes it. One that is over begins with OK. */
const SUBJECT = /^(?!OK)[A-Z]+: (\w+) of (\S+)/;
/** The catcher keeps a hundred. */
const POLL_MS = 250;

/** Reads the catcher again and again. */
export function collectNotifications(catcherUrl: string): Notifications {
  const found: Notification[] = [];
  const over = new AbortController();
  let lastId = 0;

  async function read(): Promise<void> {
    const response = await fetch(`${catcherUrl}/messages`);
    const messages = (await response.json()) as Message[];
    const fresh = messages.filter(({ id }) => id > lastId).reverse();
    const [first] = fresh;
    if (first !== undefined && first.id !== lastId + 1) {
      throw new Error('the catcher forgot messages before they were read');
    }
    lastId = fresh.at(-1)?.id ?? lastId;
    found.push(...fresh.flatMap(findAlerts));
  }

  async function readOn(): Promise<void> {
    while (!over.signal.aborted) {
      await read();
      await delay(POLL_MS, undefined, { signal: over.signal }).catch(
        () => undefined,
      );
    }
  }

  const reading = readOn();
  // Whoever stops it hears of it.
  reading.catch(() => undefined);
  return {
    list: () => found,
    async stop() {
      over.abort();
      await reading;
    },
  };
}

function findAlerts(message: Message): Notification[] {
  const { kind, title, body } = message;
  const at = Date.parse(message.receivedAt);
  if (kind !== 'webhook') {
    const [, alert, job] = SUBJECT.exec(title) ?? [];
    if (alert === undefined || job === undefined) return [];
    return [{ alert, job, receiver: kind, at }];
  }
  const firing = (body?.alerts ?? []).filter(
    ({ status }) => status === 'firing',
  );
  return firing.map(({ labels }) => ({
    alert: labels['alertname'] ?? '',
    job: labels['job'] ?? '',
    receiver: kind,
    at,
  }));
}
