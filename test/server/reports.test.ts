import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { reportDropped, reportReplay } from '../../src/index.ts';
import { collectDiagnostics } from '../support/diagnostics.ts';
import {
  type MeasuredServer,
  STREAM,
  startMeasured,
} from '../support/measured-server.ts';
import { startServer } from '../support/sse-server.ts';

const dropped = (server: MeasuredServer, reason: string) =>
  server.sum('droppedEvents', { 'sse.drop.reason': reason });
const resumes = (server: MeasuredServer, result: string) =>
  server.sum('resumes', { 'sse.resume.result': result });

/** As an application without types calls. */
const report = {
  dropped: reportDropped as (...args: unknown[]) => void,
  replay: reportReplay as (...args: unknown[]) => void,
};

test('dropped events are counted by reason', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  reportDropped(response, 3, 'buffer_full');
  reportDropped(response, 2, 'buffer_full');
  reportDropped(response, 4, 'client_gone');
  reportDropped(response, 0, 'client_gone');
  reportDropped(response, 1, '_OTHER');
  report.dropped(response, 6, 'because');
  report.dropped(response, 7);
  expect(await dropped(server, 'buffer_full')).toBe(5);
  expect(await dropped(server, 'client_gone')).toBe(4);
  expect(await dropped(server, '_OTHER')).toBe(14);
  expect(await server.sum('sentEvents')).toBe(0);
});

test('replays are counted by how complete they are, with their events', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  reportReplay(response, { events: 5, complete: true });
  reportReplay(response, { events: 0, complete: true });
  reportReplay(response, { events: 3, complete: false });
  reportReplay(response, { events: 0, complete: false });
  expect(await resumes(server, 'complete')).toBe(2);
  expect(await resumes(server, 'partial')).toBe(1);
  expect(await resumes(server, 'none')).toBe(1);
  expect(await server.sum('replayedEvents')).toBe(8);
});

test('what is reported before the headers counts once the stream is known', async () => {
  await using server = await startMeasured();
  const { response } = await server.exchange('/early');
  reportDropped(response, 2, 'buffer_full');
  reportReplay(response, { events: 3, complete: true });
  reportReplay(response, { events: 1, complete: false });
  expect(await server.points('droppedEvents')).toEqual([]);
  response.writeHead(200, STREAM);
  response.write('data: 1\n\n');
  expect(await dropped(server, 'buffer_full')).toBe(2);
  expect(await resumes(server, 'complete')).toBe(1);
  expect(await resumes(server, 'partial')).toBe(1);
  expect(await server.sum('replayedEvents', { 'http.route': '/early' })).toBe(
    4,
  );
});

test('what is reported of a response that is no event stream is not counted', async () => {
  await using server = await startMeasured();
  await server.open('/');
  const { client, response } = await server.exchange('/');
  reportDropped(response, 2, 'buffer_full');
  response.end('plain');
  await client.waitFor('plain');
  expect(await server.sum('droppedEvents')).toBe(0);
});

test('nothing is kept on a response that became something else', async () => {
  await using server = await startMeasured();
  const { client, response } = await server.exchange('/');
  response.end('plain');
  await client.waitFor('plain');
  const before = Object.getOwnPropertySymbols(response);
  reportDropped(response, 2, 'buffer_full');
  expect(Object.getOwnPropertySymbols(response)).toEqual(before);
});

test('drops are counted after the stream has closed', async () => {
  await using server = await startMeasured();
  const { client, response } = await server.open();
  client.socket.destroy();
  await once(response, 'close');
  reportDropped(response, 9, 'client_gone');
  expect(await dropped(server, 'client_gone')).toBe(9);
});

test('a bad number of events gives one line and counts nothing', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  const bad = [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '3', undefined];
  for (const events of bad) {
    using diagnostics = collectDiagnostics();
    report.dropped(response, events, 'buffer_full');
    expect(diagnostics.lines).toHaveLength(1);
    expect(diagnostics.lines[0]).toContain(`reportDropped was given ${events}`);
  }
  for (const events of bad) {
    using diagnostics = collectDiagnostics();
    report.replay(response, { events, complete: true });
    expect(diagnostics.lines).toHaveLength(1);
    expect(diagnostics.lines[0]).toContain(`reportReplay was given ${events}`);
  }
  expect(await server.sum('droppedEvents')).toBe(0);
  expect(await server.sum('resumes')).toBe(0);
  expect(await server.sum('replayedEvents')).toBe(0);
});

test('a report of what is no response or no replay gives one line and throws nothing', async () => {
  await using server = await startMeasured();
  const { response } = await server.open();
  const noResponse = 'was not given a response';
  const noNumber = 'not a whole number';
  const calls: [() => void, string][] = [
    [() => report.dropped(undefined, 1, 'buffer_full'), noResponse],
    [() => report.dropped('response', 1, 'buffer_full'), noResponse],
    [() => report.dropped(Object.freeze({}), 1, 'buffer_full'), noResponse],
    [() => report.dropped(response, Symbol('x'), 'buffer_full'), noNumber],
    [() => report.replay(response), noNumber],
    [() => report.replay(undefined, { events: 1, complete: true }), noResponse],
  ];
  for (const [call, reason] of calls) {
    using diagnostics = collectDiagnostics();
    expect(call).not.toThrow();
    expect(diagnostics.lines, String(call)).toHaveLength(1);
    expect(diagnostics.lines[0]).toContain(reason);
  }
});

test('while the instrumentation is off reports do nothing', async () => {
  const server = await startMeasured();
  const { response } = await server.open();
  server.instrumentation.disable();
  using diagnostics = collectDiagnostics();
  reportDropped(response, 1, 'buffer_full');
  reportReplay(response, { events: 1, complete: true });
  expect(await server.sum('droppedEvents')).toBe(0);
  await server[Symbol.asyncDispose]();

  let reported: ServerResponse | undefined;
  await using plain = await startServer((_request, plainResponse) => {
    reported = plainResponse;
    const before = Object.getOwnPropertySymbols(plainResponse);
    reportDropped(plainResponse, 1, 'buffer_full');
    report.dropped(undefined, 'many');
    report.replay(undefined, undefined);
    expect(Object.getOwnPropertySymbols(plainResponse)).toEqual(before);
    plainResponse.end('done');
  });
  const client = await plain.request();
  await client.waitFor('done');
  expect(reported).toBeDefined();
  expect(diagnostics.lines).toEqual([]);
});
