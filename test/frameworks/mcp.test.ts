import { randomUUID } from 'node:crypto';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import express from 'express';
import { expect, test } from 'vitest';
import {
  type MeasuredServer,
  startMeasured,
} from '../support/measured-server.ts';
import { until } from '../support/poll.ts';

const ROUTE = { 'http.route': '/tenants/:tenant/mcp' };
const GET = { ...ROUTE, 'http.request.method': 'GET' };
const POST = { ...ROUTE, 'http.request.method': 'POST' };
const COMPLETED = { 'sse.connection.close_reason': 'completed' };
const LEFT = { 'sse.connection.close_reason': 'client_disconnect' };

test('the GET stream and the POST streams of MCP are told apart by method', async () => {
  const { app, servers } = createApp();
  await using measured = await startMeasured({}, app);
  const client = new Client({ name: 'test', version: '1.0.0' });
  const transport = new StreamableHTTPClientTransport(endpointOf(measured));
  await client.connect(transport as Transport);
  await until('the GET stream', () => measured.sum('activeConnections', GET));
  // The answer to `initialize`.
  await until('the first answer', () => countClosed(measured, POST));
  expect(await measured.sum('sentEvents', POST)).toBe(1);

  const progress: number[] = [];
  const answer = await client.callTool({ name: 'count' }, undefined, {
    onprogress: (step) => progress.push(step.progress),
  });
  expect(answer.content).toEqual([{ type: 'text', text: 'counted' }]);
  expect(progress).toEqual([1, 2]);
  await until(
    'both answers',
    () => countClosed(measured, POST),
    (closed) => closed === 2,
  );
  expect(
    await measured.sum('closedConnections', { ...POST, ...COMPLETED }),
  ).toBe(2);
  const message = { 'sse.event.type': 'message' };
  expect(await measured.sum('sentEvents', { ...POST, ...message })).toBe(4);
  expect(await measured.sum('sentEvents', GET)).toBe(0);

  for (const server of servers) await server.server.sendToolListChanged();
  await until('the notice', () => measured.sum('sentEvents', GET));
  expect(await measured.sum('sentEvents', { ...GET, ...message })).toBe(1);
  expect(await measured.sum('sentEvents', POST)).toBe(4);
  await client.close();
  await until('the end of the GET stream', () => countClosed(measured, GET));
  expect(await measured.sum('closedConnections', { ...GET, ...LEFT })).toBe(1);
  expect(await measured.sum('activeConnections')).toBe(0);
  expect(await measured.sum('failedConnections')).toBe(0);
});

test('an MCP client whose socket breaks on its GET stream is noticed', async () => {
  const { app } = createApp();
  await using measured = await startMeasured({}, app);
  const endpoint = endpointOf(measured);
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      Accept: 'application/json, text/event-stream',
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: {
        protocolVersion: '2025-06-18',
        capabilities: {},
        clientInfo: { name: 'raw', version: '1.0.0' },
      },
    }),
  });
  expect(await answer.text()).toContain('"protocolVersion":"2025-06-18"');
  const client = await measured.request(endpoint.pathname, {
    Accept: 'text/event-stream',
    'Mcp-Session-Id': answer.headers.get('mcp-session-id') ?? '',
    'Mcp-Protocol-Version': '2025-06-18',
  });
  await client.waitFor('\r\n\r\n');
  expect(client.received()).toContain('200 OK');
  expect(await measured.sum('activeConnections', GET)).toBe(1);
  client.socket.resetAndDestroy();

  await until('the close', () => countClosed(measured, GET));
  expect(await measured.sum('closedConnections', { ...GET, ...LEFT })).toBe(1);
  expect(await measured.sum('activeConnections')).toBe(0);
});

function endpointOf({ url }: MeasuredServer): URL {
  return new URL(`${url}/tenants/acme/mcp`);
}

function countClosed(
  measured: MeasuredServer,
  match: typeof GET,
): Promise<number> {
  return measured.sum('closedConnections', match);
}

function createServer(): McpServer {
  const server = new McpServer({ name: 'test', version: '1.0.0' });
  server.registerTool('count', {}, async ({ _meta, sendNotification }) => {
    const progressToken = _meta?.progressToken ?? 0;
    for (const progress of [1, 2]) {
      await sendNotification({
        method: 'notifications/progress',
        params: { progressToken, progress },
      });
    }
    return { content: [{ type: 'text', text: 'counted' }] };
  });
  return server;
}

function createApp() {
  const transports = new Map<string, StreamableHTTPServerTransport>();
  const servers: McpServer[] = [];
  const app = express();
  app.all('/tenants/:tenant/mcp', async (request, response) => {
    const known = transports.get(request.get('mcp-session-id') ?? '');
    const transport =
      known ??
      new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (id) => void transports.set(id, transport),
      });
    if (known === undefined) {
      const server = createServer();
      servers.push(server);
      await server.connect(transport as Transport);
    }
    await transport.handleRequest(request, response);
  });
  return { app, servers };
}
