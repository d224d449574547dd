import { expect, test } from 'vitest';
import { STREAM } from '../support/measured-server.ts';
import { openMeasuredPage } from './support/measured-page.ts';

/** A page that makes a new EventSource whenever one fails, as many do by hand. */
const COME_BACK = `new Promise((resolve) => {
  const open = (after) => {
    const source = new EventSource('/events?after=' + after);
    source.onmessage = ({ data }) => {
      if (data === 'again') resolve();
    };
    source.onerror = () => {
      source.close();
      setTimeout(open, 200, after + 1);
    };
  };
  open(0);
})`;

test.each([
  ['breaks', [200, 0, 200]],
  ['is refused', [503, 200]],
])(
  'a new EventSource instead of one that %s is its reconnect',
  async (_, answers) => {
    let asked = 0;
    await using page = await openMeasuredPage((request, response) => {
      const status = answers[asked++];
      if (status === 0) return request.socket.destroy();
      response.writeHead(status ?? 200, STREAM);
      if (status !== 200) return response.end();
      if (asked === answers.length) return response.write('data: again\n\n');
      response.end('data: first\n\n');
      return;
    });
    await page.run(`${COME_BACK}.then(() => {})`);
    const wasOpen = answers[0] === 200;
    const again = { 'sse.connection.reconnected': true };
    await page.reaches('openedConnections', wasOpen ? 2 : 1);
    await page.reaches('openedConnections', wasOpen ? 1 : 0, again);
    expect(await page.count('reconnectDelay')).toBe(wasOpen ? 1 : 0);
    expect(await page.sum('disconnectedTime')).toBeGreaterThan(0.2);
    const byPage = { 'sse.client.close_reason': 'page' };
    expect(await page.sum('closedConnections', byPage)).toBe(0);
  },
);

test('an EventSource that the page closed while it was open is not missed', async () => {
  await using page = await openMeasuredPage((_request, response) => {
    response.writeHead(200, STREAM);
    response.write('data: 1\n\n');
  });
  const open = `new Promise((resolve) => {
    globalThis.es = new EventSource('/events');
    es.onmessage = () => resolve();
  })`;
  await page.run(`${open}.then(() => es.close())`);
  await page.run(`new Promise((resolve) => setTimeout(resolve, 300))`);
  await page.run(`${open}.then(() => {})`);
  // Both were awaited, and nothing else.
  const opening = await page.total('connectionOpenTime');
  const disconnected = await page.sum('disconnectedTime');
  expect(disconnected).toBeLessThan(opening + 0.2);
  const again = { 'sse.connection.reconnected': true };
  expect(await page.sum('openedConnections', again)).toBe(0);
});
