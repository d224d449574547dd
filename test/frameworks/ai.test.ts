import {
  createUIMessageStream,
  pipeUIMessageStreamToResponse,
  type UIMessageChunk,
} from 'ai';
import { expect, test } from 'vitest';
import type { SseConnectionSummary } from '../../src/types.ts';
import { startMeasured } from '../support/measured-server.ts';

const CHAT = { 'http.route': '/chats/:id' };
const POST = { ...CHAT, 'http.request.method': 'POST' };

test('a UI message stream is measured and whole by its last line', async () => {
  await using server = await start(() => createAnswer(['Hello', ' world']));
  const answer = await fetch(`${server.url}/chats/42`, { method: 'POST' });
  const lines = (await answer.text()).trim().split('\n\n');

  expect(lines).toHaveLength(5);
  expect(lines.at(-1)).toBe('data: [DONE]');
  await server.closed(1);
  const message = { ...POST, 'sse.event.type': 'message' };
  expect(await server.sum('sentEvents', message)).toBe(5);
  expect(await server.sum('sentEvents')).toBe(5);
  expect(await server.sum('protocolErrors')).toBe(0);
  expect(await server.sum('activeConnections')).toBe(0);
  expect(server.summaries[0]).toMatchObject({
    route: CHAT['http.route'],
    method: 'POST',
    closeReason: 'completed',
    events: 5,
  });
  const unfinished = await server.points('unfinishedCloses');
  expect(unfinished.map(({ value }) => value)).toEqual([0]);
});

test('a UI message stream that fails half-way is completed but unfinished', async () => {
  await using server = await start(() => {
    const chunks = createParts(['Hel']).values();
    return new ReadableStream({
      pull(controller) {
        const { value, done } = chunks.next();
        if (done) controller.error(new Error('the model is gone'));
        else controller.enqueue(value);
      },
    });
  });
  const answer = await fetch(`${server.url}/chats/42`, { method: 'POST' });
  expect(await answer.text()).not.toContain('[DONE]');

  await server.closed(1);
  expect(server.failures).toEqual(['Error: the model is gone']);
  expect(server.summaries[0]?.closeReason).toBe('completed');
  expect(await server.sum('unfinishedCloses', POST)).toBe(1);
});

test('a socket that breaks under a UI message stream is noticed', async () => {
  await using server = await start(() =>
    createUIMessageStream({
      async execute({ writer }) {
        for (const part of createParts(['Hello'])) writer.write(part);
        await new Promise(() => {});
      },
    }),
  );
  const client = await server.request('/chats/42');
  await client.waitFor('"text-end"');
  expect(await server.sum('activeConnections', CHAT)).toBe(1);
  client.socket.resetAndDestroy();

  await server.closed(1);
  expect(server.summaries[0]?.closeReason).toBe('client_disconnect');
  expect(await server.sum('activeConnections')).toBe(0);
  expect(await server.sum('unfinishedCloses')).toBe(0);
});

/** What a model's answer is made of. */
function createParts(texts: readonly string[]): UIMessageChunk[] {
  const id = 'text';
  const deltas = texts.map((delta): UIMessageChunk => {
    return { type: 'text-delta', id, delta };
  });
  return [{ type: 'text-start', id }, ...deltas, { type: 'text-end', id }];
}

function createAnswer(texts: readonly string[]) {
  return createUIMessageStream({
    execute({ writer }) {
      for (const part of createParts(texts)) writer.write(part);
    },
  });
}

async function start(answer: () => ReadableStream<UIMessageChunk>) {
  const summaries: SseConnectionSummary[] = [];
  const failures: string[] = [];
  const server = await startMeasured(
    {
      finalEvents: ['[DONE]'],
      onClose: (summary) => summaries.push(summary),
    },
    (_request, response) => {
      pipeUIMessageStreamToResponse({ response, stream: answer() })?.catch(
        (error: unknown) => failures.push(String(error)),
      );
    },
  );
  return { ...server, summaries, failures };
}
