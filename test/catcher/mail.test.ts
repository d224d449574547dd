import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { startCatcher } from './support/catcher.ts';
import { connectSmtp, sendMail } from './support/smtp.ts';

/** As Alertmanager sends it, when a template has text and HTML. */
const SOURCE = [
  'From: Alerts <alerts@example.com>',
  'To: on-call@example.com',
  'Subject: =?utf-8?q?Verz=C3=B6gerung?=',
  'MIME-Version: 1.0',
  'Content-Type: multipart/alternative; boundary=part',
  '',
  '--part',
  'Content-Type: text/plain; charset=UTF-8',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'caf=C3=A9',
  '..a line that begins with a dot',
  '--part',
  'Content-Type: text/html; charset=UTF-8',
  '',
  '<b>caf&eacute;</b><script>1</script>',
  '--part--',
];
const ADDRESSES = {
  from: 'alerts@example.com',
  to: ['on-call@example.com', 'boss@example.com'],
};

test('a mail is decoded and kept', async () => {
  await using catcher = await startCatcher();
  using client = await connectSmtp(catcher.smtpPort);
  const answer = await sendMail(client, { ...ADDRESSES, source: SOURCE });
  expect(answer).toBe('250 kept as 1');
  expect(await catcher.messages()).toMatchObject([
    {
      kind: 'mail',
      title: 'Verzögerung',
      from: 'alerts@example.com',
      to: ['on-call@example.com', 'boss@example.com'],
      text: 'café\n.a line that begins with a dot',
      html: expect.stringContaining('<b>caf&eacute;</b>'),
    },
  ]);
  const page = await (await fetch(`${catcher.url}/`)).text();
  expect(page).toContain(
    'from alerts@example.com to on-call@example.com, boss',
  );
  expect(page).not.toContain('<script>');
});

test('a mail of HTML alone can be read as text', async () => {
  await using catcher = await startCatcher();
  using client = await connectSmtp(catcher.smtpPort);
  const head = ['Content-Type: text/html', ''];
  const source = [...head, '<h1>Firing</h1><p>No <i>events</i></p>'];
  await sendMail(client, { ...ADDRESSES, source });
  const [message] = await catcher.messages();
  expect(message?.title).toBe('(no subject)');
  expect(message?.text).toMatch(/FIRING\s+No events/i);
});

test('a mail that is too large is refused, and the next one is not', async () => {
  await using catcher = await startCatcher();
  using client = await connectSmtp(catcher.smtpPort);
  const line = 'x'.repeat(998);
  const source = ['', ...Array.from({ length: 1100 }, () => line)];
  expect(await sendMail(client, { ...ADDRESSES, source })).toMatch(/^552 /);
  const small = { ...ADDRESSES, source: ['Subject: small', '', 'text'] };
  expect(await sendMail(client, small)).toMatch(/^250 /);
  const titles = (await catcher.messages()).map(({ title }) => title);
  expect(titles).toEqual(['small']);
});

test('a mail has at most fifty recipients', async () => {
  await using catcher = await startCatcher();
  using client = await connectSmtp(catcher.smtpPort);
  await client.say('EHLO alertmanager');
  await client.say('MAIL FROM:<alerts@example.com>');
  const answers = [];
  for (let index = 0; index <= 50; index++) {
    answers.push(await client.say(`RCPT TO:<user-${index}@example.com>`));
  }
  expect(answers.filter((answer) => answer.startsWith('250 '))).toHaveLength(
    50,
  );
  expect(answers.at(-1)).toMatch(/^452 /);
});

test('a sender that hangs up in the middle leaves no mail', async () => {
  await using catcher = await startCatcher();
  using first = await connectSmtp(catcher.smtpPort);
  await first.say('EHLO alertmanager');
  await first.say('MAIL FROM:<alerts@example.com>');
  await first.say('RCPT TO:<on-call@example.com>');
  await first.say('DATA');
  first.send('Subject: half\r\n\r\nha');
  first.destroy();
  using second = await connectSmtp(catcher.smtpPort);
  const whole = { ...ADDRESSES, source: ['Subject: whole', '', 'text'] };
  await sendMail(second, whole);
  await until('one mail', async () => (await catcher.messages()).length > 0);
  const titles = (await catcher.messages()).map(({ title }) => title);
  expect(titles).toEqual(['whole']);
});
