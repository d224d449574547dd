import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { failToStart, startCatcher } from './support/catcher.ts';
import { connectSmtp } from './support/smtp.ts';

test('it listens on this machine alone, and says that it is well', async () => {
  await using catcher = await startCatcher();
  expect(catcher.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const response = await fetch(`${catcher.url}/health`);
  expect(response.status).toBe(200);
  expect(await response.text()).toBe('ok\n');
});

test('HOST is where it listens', async () => {
  await using catcher = await startCatcher({ HOST: '::1' });
  expect(catcher.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  const socket = connect(catcher.smtpPort, '::1');
  await once(socket, 'connect');
  socket.destroy();
});

test('it ends when it is asked to, whoever is connected', async () => {
  await using catcher = await startCatcher();
  using _ = await connectSmtp(catcher.smtpPort);
  const socket = connect(Number(new URL(catcher.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => {});
  const start = performance.now();
  expect(await catcher.end()).toBe(0);
  expect(performance.now() - start).toBeLessThan(4000);
  socket.destroy();
});

test.each([
  ['PORT', 'abc'],
  ['SMTP_PORT', '65536'],
])('%s=%s is no port', async (name, text) => {
  const { output, code } = await failToStart({ [name]: text });
  expect(output).toBe(`${name} is "${text}", not a port\n`);
  expect(code).toBe(1);
});

test('a port that is taken is named, and nothing stays open', async () => {
  await using other = await startCatcher();
  const port = new URL(other.url).port;
  const { output, code } = await failToStart({ PORT: port });
  expect(output).toBe(
    `PORT=${port} on 127.0.0.1 is taken. Set another, or 0 for any.\n`,
  );
  expect(code).toBe(1);
  const smtp = await failToStart({ SMTP_PORT: String(other.smtpPort) });
  expect(smtp.output).toMatch(/^SMTP_PORT=\d+ on 127\.0\.0\.1 is taken/);
  expect(smtp.code).toBe(1);
});
