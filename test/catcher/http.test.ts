import { afterAll, expect, test } from 'vitest';
import { type Catcher, startCatcher } from './support/catcher.ts';

/** As Alertmanager posts it to `webhook_configs`. */
const WEBHOOK = {
  version: '4',
  status: 'firing',
  receiver: 'webhook',
  groupLabels: { alertname: 'SseNoEvents' },
  commonLabels: { alertname: 'SseNoEvents', severity: 'critical' },
  commonAnnotations: {},
  alerts: [
    {
      status: 'firing',
      labels: { alertname: 'SseNoEvents', instance: 'app-1' },
      annotations: { summary: 'No events for 5 minutes' },
    },
    {
      status: 'resolved',
      labels: { alertname: 'SseNoEvents', instance: 'app-2' },
      annotations: {},
    },
  ],
};

/** As Alertmanager posts it to `slack_configs`. */
const SLACK = {
  channel: '#alerts',
  attachments: [
    {
      title: '[FIRING:1] SseNoEvents',
      text: 'No events for 5 minutes',
      fallback: 'SseNoEvents',
      fields: [{ title: 'instance', value: 'app-1' }],
    },
  ],
};

const MEBIBYTE = 1024 * 1024;

/** Takes all that it is sent; the other one, nothing. */
const open = await startCatcher();
const closed = await startCatcher();
afterAll(async () => {
  await open[Symbol.asyncDispose]();
  await closed[Symbol.asyncDispose]();
});

async function readPage({ url }: Catcher): Promise<string> {
  return (await fetch(`${url}/`)).text();
}

test('a webhook of Alertmanager is kept whole, and told in words', async () => {
  await using catcher = await startCatcher();
  const { status } = await catcher.post('/webhook', WEBHOOK);
  expect(status).toBe(200);
  const [message] = await catcher.messages();
  expect(message).toEqual({
    id: 1,
    receivedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    kind: 'webhook',
    title: '[FIRING:2] SseNoEvents',
    text: [
      'firing: alertname=SseNoEvents, instance=app-1',
      'summary: No events for 5 minutes',
      '',
      'resolved: alertname=SseNoEvents, instance=app-2',
    ].join('\n'),
    body: WEBHOOK,
  });
  const page = await readPage(catcher);
  expect(page).toContain('<h2>[FIRING:2] SseNoEvents</h2>');
  expect(page).toContain('summary: No events for 5 minutes');
  expect(page).toMatch(/>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC<\/time>/);
});

test('a message for Slack is answered as Slack answers', async () => {
  await using catcher = await startCatcher();
  const response = await catcher.post('/slack', SLACK);
  expect(response.status).toBe(200);
  expect(await response.text()).toBe('ok');
  expect(await catcher.messages()).toMatchObject([
    {
      kind: 'slack',
      title: '[FIRING:1] SseNoEvents',
      text: 'No events for 5 minutes\ninstance: app-1',
      body: SLACK,
    },
  ]);
});

test.each([
  ['null', null],
  ['a number', 1],
  ['an array', [1]],
  ['another object', { hello: 1 }],
  ['alerts that are none', { status: 1, alerts: [null, 'x', { labels: 3 }] }],
  [
    'attachments that are none',
    { text: 2, attachments: [null, { fields: 1 }] },
  ],
])('any JSON is taken: %s', async (_, body) => {
  const before = (await open.messages()).length;
  for (const path of ['/webhook', '/slack']) {
    expect((await open.post(path, body)).status).toBe(200);
  }
  const messages = await open.messages();
  expect(messages).toHaveLength(before + 2);
  expect(messages.slice(0, 2)).toMatchObject([{ body }, { body }]);
  expect(await readPage(open)).toContain(`Notifications: ${before + 2}`);
});

test('nothing of a message is markup on the page', async () => {
  await using catcher = await startCatcher();
  const evil = `<img src=x onerror=alert(1)>"'&`;
  await catcher.post('/slack', { attachments: [{ title: evil, text: evil }] });
  const page = await readPage(catcher);
  expect(page).not.toContain('<img');
  const escaped = '&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;';
  expect(page).toContain(`<h2>${escaped}</h2>\n<pre>${escaped}</pre>`);
});

test('the page runs nothing, fits a telephone, and shows the newest first', async () => {
  await using catcher = await startCatcher();
  expect(await readPage(catcher)).toContain('None yet');
  for (const text of ['first', 'second']) {
    await catcher.post('/slack', { text });
  }
  const response = await fetch(`${catcher.url}/`);
  expect(response.headers.get('content-security-policy')).toContain(
    "default-src 'none'",
  );
  const page = await response.text();
  expect(page).toContain('width=device-width');
  expect(page.indexOf('second')).toBeLessThan(page.indexOf('first'));
});

test('the hundred newest are kept', async () => {
  await using catcher = await startCatcher();
  for (let sent = 1; sent <= 103; sent++) {
    await catcher.post('/webhook', { sent });
  }
  const ids = (await catcher.messages()).map(({ id }) => id);
  expect(ids).toEqual(Array.from({ length: 100 }, (_, index) => 103 - index));
  expect(await readPage(catcher)).toContain('Notifications: 103, 100 kept');
});

test('large messages push out older ones before memory is full', async () => {
  await using catcher = await startCatcher();
  const body = { padding: 'x'.repeat(MEBIBYTE - 100) };
  for (let sent = 0; sent < 20; sent++) await catcher.post('/webhook', body);
  const messages = await catcher.messages();
  expect(messages).toHaveLength(15);
  expect(messages[0]).toMatchObject({ id: 20, body });
  expect(messages[0]?.text).toMatch(/… \(\d+ more\)$/);
  expect((await readPage(catcher)).length).toBeLessThan(MEBIBYTE);
});

test.each([
  ['GET', '/nothing', 'application/json', undefined, 404],
  ['POST', '/__proto__', 'application/json', '{}', 404],
  ['GET', '/webhook', 'application/json', undefined, 405],
  ['POST', '/messages', 'application/json', '{}', 405],
  ['POST', '/webhook', 'text/plain', '{}', 415],
  ['POST', '/webhook', 'application/json', '{', 400],
  ['POST', '/slack', 'application/json', '['.repeat(500_000), 400],
  ['POST', '/slack', 'application/json', nest(500_000), 400],
  ['POST', '/webhook', 'application/json', `"${'x'.repeat(MEBIBYTE)}"`, 413],
] as const)(
  '%s %s as %s is refused',
  async (method, path, type, body, status) => {
    const response = await fetch(`${closed.url}${path}`, {
      method,
      headers: { 'Content-Type': type },
      ...(body !== undefined && { body }),
    });
    expect(response.status).toBe(status);
    expect(await response.text()).toMatch(/^.{5,200}\n$/);
    expect(await closed.messages()).toEqual([]);
  },
);

/** Valid JSON that no recursion survives. */
function nest(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}
