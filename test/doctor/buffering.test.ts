import { expect, test } from 'vitest';
import { findTrouble } from '../../src/doctor/findings/findings.ts';
import { examine, HEADERS, listIds, sendStream } from './support/examine.ts';
import { startPlain } from './support/servers.ts';

const EVENTS = [1, 2, 3].map((n) => `data: ${n}\n\n`).join('');

/** What the doctor says of buffering, of a listener's stream. */
async function readEvidence(
  listener: Parameters<typeof startPlain>[0],
): Promise<string | undefined> {
  await using server = await startPlain(listener);
  const observation = await examine(server.url, { seconds: 5, events: 50 });
  const found = findTrouble(observation);
  return found.find(({ id }) => id === 'buffering')?.evidence;
}

test('events that pauses cut again and again come out of a buffer', async () => {
  const evidence = await readEvidence((_, response) => {
    sendStream(response, {}, 'data: one\n\ndata: tw');
    const parts = ['o\n\ndata: thr', 'ee\n\ndata: fo', 'ur\n\n'];
    const timer = setInterval(() => {
      const part = parts.shift();
      if (part !== undefined) response.write(part);
      else response.end('event: end\ndata: \n\n');
    }, 300);
    response.once('close', () => clearInterval(timer));
  });
  expect(evidence).toMatch(
    /^Before 3 of 4 pauses the last event was incomplete/,
  );
});

test('one event that is written slowly does not', async () => {
  const evidence = await readEvidence((_, response) => {
    sendStream(response, {}, 'data: one\n');
    setTimeout(() => response.write('\n'), 300);
    setTimeout(() => response.end('data: end\n\n'), 400);
  });
  expect(evidence).toBeUndefined();
});

test('all events at once, when the stream ends, were collected', async () => {
  const evidence = await readEvidence((_, response) => {
    setTimeout(() => {
      response.writeHead(200, HEADERS);
      response.end(EVENTS);
    }, 1050);
  });
  expect(evidence).toMatch(/^All 3 events came at once, after 1\.\d s/);
});

test('a short answer that is all there at once was not', async () => {
  const evidence = await readEvidence((_, response) => {
    response.writeHead(200, HEADERS);
    response.end(EVENTS);
  });
  expect(evidence).toBeUndefined();
});

test('time stamps that are of something else say nothing', async () => {
  await using server = await startPlain((_, response) => {
    sendStream(response, {}, ':\n\n');
    let count = 0;
    const timer = setInterval(() => {
      const born = Date.now() - ((count * 7919) % 10) * 100;
      response.write(`data: {"n":${count++},"born":${born}}\n\n`);
    }, 60);
    response.once('close', () => clearInterval(timer));
  });
  const observation = await examine(server.url, { seconds: 5, events: 24 });
  expect(listIds(observation)).toEqual([]);
});
