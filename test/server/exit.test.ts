import { expect, test } from 'vitest';
import { getMonitoring } from '../../src/monitoring.ts';
import { startMeasured } from '../support/measured-server.ts';

test('what is open when the process ends is closed as shutdown, and nothing is left', async () => {
  await using server = await startMeasured();
  const { client, response } = await server.open();
  client.socket.pause();
  while (response.write('data: x\n\n'.repeat(1000)));
  await server.open('/other');

  getMonitoring()?.closeAll();

  const shutdown = { 'sse.connection.close_reason': 'shutdown' };
  expect(await server.sum('closedConnections', shutdown)).toBe(2);
  expect(await server.sum('closedConnections')).toBe(2);
  expect(await server.sum('activeConnections')).toBe(0);
  expect(await server.sum('waitingConnections')).toBe(0);
  expect(await server.sum('blockedConnections')).toBe(0);
  expect(await server.sum('queueSize')).toBe(0);
  expect(await server.count('blockedDuration')).toBe(1);
});

test('a stream that was ended is completed though the process ends first', async () => {
  await using server = await startMeasured();
  const { client, response } = await server.open();
  client.socket.pause();
  while (response.write('data: x\n\n'.repeat(1000)));
  response.end();

  getMonitoring()?.closeAll();

  const completed = { 'sse.connection.close_reason': 'completed' };
  expect(await server.sum('closedConnections', completed)).toBe(1);
  expect(await server.sum('closedConnections')).toBe(1);
});
