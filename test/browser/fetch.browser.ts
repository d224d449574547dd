import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { STREAM } from '../support/measured-server.ts';
import { openMeasuredPage } from './support/measured-page.ts';

const TEXT = 'data: 1\n\nevent: tick\ndata: 2\n\n';

function answer(response: ServerResponse): void {
  response.writeHead(200, STREAM);
  response.write(TEXT);
}

/** Ways to read a stream to its end; each gives what it read. */
const READERS = {
  'a bare reader': `const reader = response.body.getReader();
    const decoder = new TextDecoder();
    let text = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text;
      text += decoder.decode(value, { stream: true });
    }`,
  'a reader with a buffer of its own': `
    const reader = response.body.getReader({ mode: 'byob' });
    let text = '';
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(8));
      if (done) return text;
      text += new TextDecoder().decode(value);
    }`,
  'eventsource-parser': `let text = '';
    const events = response.body.pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream());
    for await (const { event, data } of events) {
      text += event ? 'event: ' + event + '\\n' : '';
      text += 'data: ' + data + '\\n\\n';
    }
    return text;`,
  iteration: `let text = '';
    for await (const chunk of response.body) {
      text += new TextDecoder().decode(chunk);
    }
    return text;`,
  pipeTo: `let text = '';
    await response.body.pipeTo(new WritableStream({
      write(chunk) { text += new TextDecoder().decode(chunk); },
    }));
    return text;`,
  'a branch of tee': `const [branch, other] = response.body.tee();
    void other.cancel();
    const reader = branch.getReader();
    let text = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text;
      text += new TextDecoder().decode(value);
    }`,
  'a response with a clone': `const copy = response.clone();
    let text = '';
    for await (const chunk of response.body) {
      text += new TextDecoder().decode(chunk);
    }
    return (await copy.text()) === text ? text : 'they differ';`,
} as const;

for (const [name, read] of Object.entries(READERS)) {
  test(`a stream that is read by ${name} is counted, and read as without us`, async () => {
    await using page = await openMeasuredPage((_request, response) => {
      answer(response);
      response.end();
    });
    const readBy = (how: string) =>
      page.run(`(async () => {
        const response = await ${how}('/events', {
          headers: { Accept: 'text/event-stream' },
        });
        ${read}
      })()`);
    expect(await readBy('fetch')).toBe(await readBy('bareFetch'));
    const opened = {
      'url.template': '/events',
      'sse.client.kind': 'fetch',
      'sse.connection.reconnected': false,
    };
    expect(await page.sum('openedConnections', opened)).toBe(1);
    for (const type of ['message', 'tick']) {
      const match = { 'sse.event.type': type };
      expect(await page.sum('receivedEvents', match)).toBe(1);
    }
    expect(await page.sum('contentSize')).toBe(TEXT.length);
    const closed = { 'sse.client.close_reason': 'completed' };
    expect(await page.sum('closedConnections', closed)).toBe(1);
    expect(await page.sum('errors')).toBe(0);
  });
}

const ENDINGS = {
  'that is cancelled': [
    'page',
    `const reader = response.body.getReader();
     await reader.read();
     await reader.cancel();`,
  ],
  'that is aborted': [
    'page',
    `const reader = response.body.getReader();
     await reader.read();
     controller.abort();
     await reader.read().catch((error) => { seen = error.name; });`,
  ],
  'left by a break': ['page', 'for await (const _ of response.body) break;'],
  'that breaks off': [
    'lost',
    `const reader = response.body.getReader();
     await reader.read();
     await fetch('/break');
     try { for (;;) await reader.read(); } catch (error) { seen = error.name; }`,
  ],
} as const;

for (const [what, [reason, end]] of Object.entries(ENDINGS)) {
  test(`a stream ${what} is closed as ${reason}, with the error it has without us`, async () => {
    let stream: ServerResponse | undefined;
    await using page = await openMeasuredPage((request, response) => {
      if (request.url === '/break') {
        stream?.destroy();
        response.end();
        return;
      }
      answer(response);
      stream = response;
    });
    const endBy = (how: string) =>
      page.run(`(async () => {
        const controller = new AbortController();
        let seen = 'none';
        const response = await ${how}('/events', { signal: controller.signal });
        ${end}
        return seen;
      })()`);
    expect(await endBy('fetch')).toBe(await endBy('bareFetch'));
    const closed = { 'sse.client.close_reason': reason };
    expect(await page.sum('closedConnections', closed)).toBe(1);
    expect(await page.sum('closedConnections')).toBe(1);
    const errors = reason === 'lost' ? 1 : 0;
    expect(await page.sum('errors')).toBe(errors);
  });
}

test('what is no event stream is told by why, and only where one was wanted', async () => {
  await using page = await openMeasuredPage((request, response) => {
    if (request.url === '/away') return response.destroy();
    response.statusCode = request.url === '/503' ? 503 : 200;
    response.setHeader('Content-Type', 'application/json').end('{}');
  });
  const ask = (path: string, accept: string) =>
    page.run(`fetch('${path}', { headers: { Accept: '${accept}' } })
      .then(({ status }) => status, ({ name }) => name)`);
  for (const accept of ['text/event-stream', '*/*']) {
    expect(await ask('/503', accept)).toBe(503);
    expect(await ask('/json', accept)).toBe(200);
    expect(await ask('/away', accept)).toBe('TypeError');
  }
  const both = 'application/json, text/event-stream';
  expect(await ask('/json', both)).toBe(200);
  for (const type of ['http_status', 'content_type', 'connect_failed']) {
    expect(await page.sum('errors', { 'error.type': type })).toBe(1);
  }
  expect(await page.sum('errors')).toBe(3);
  expect(await page.sum('openedConnections')).toBe(0);
});

test('nothing is read that the page does not read', async () => {
  await using page = await openMeasuredPage((request, response) => {
    if (request.url === '/later') response.end();
    else answer(response);
  });
  await page.run(`(async () => {
    const response = await fetch('/events');
    globalThis.chunks = response.body.values();
    await fetch('/later');
  })()`);
  expect(await page.sum('contentSize')).toBe(0);
  await page.run('chunks.next().then(() => {})');
  expect(await page.sum('contentSize')).toBe(TEXT.length);
});

test('@microsoft/fetch-event-source is counted, with its reconnects', async () => {
  let stream: ServerResponse | undefined;
  await using page = await openMeasuredPage((request, response) => {
    if (request.url === '/break') {
      stream?.destroy();
      response.end();
      return;
    }
    answer(response);
    stream = response;
  });
  const seen = await page.run(`new Promise((resolve) => {
    const seen = [];
    const controller = new AbortController();
    void fetchEventSource('/events', {
      signal: controller.signal,
      onmessage({ event, data }) {
        seen.push(event, data);
        if (seen.length === 4) void fetch('/break');
        if (seen.length < 8) return;
        controller.abort();
        resolve(seen);
      },
      onerror: () => 50,
    });
  })`);
  const once = ['', '1', 'tick', '2'];
  expect(seen).toEqual([...once, ...once]);
  const again = { 'sse.connection.reconnected': true };
  expect(await page.sum('openedConnections', again)).toBe(1);
  expect(await page.sum('openedConnections')).toBe(2);
  expect(await page.sum('receivedEvents')).toBe(4);
  expect(await page.count('reconnectDelay')).toBe(1);
  expect(await page.total('reconnectDelay')).toBeGreaterThanOrEqual(0.05);
  expect(await page.sum('errors', { 'error.type': 'connection_lost' })).toBe(1);
  expect(await page.sum('errors')).toBe(1);
  const ended = { 'sse.client.close_reason': 'page' };
  expect(await page.sum('closedConnections', ended)).toBe(1);
});

test('a request without a body stays one', async () => {
  await using page = await openMeasuredPage((_request, response) => {
    response.writeHead(200, STREAM).end();
  });
  const look = (how: string) =>
    page.run(`${how}('/events', { method: 'head' }).then(async (response) =>
      [typeof response.body, await response.text()])`);
  expect(await look('fetch')).toEqual(await look('bareFetch'));
  expect(await page.sum('openedConnections')).toBe(0);
});

test('a body looks as it does without us', async () => {
  await using page = await openMeasuredPage((_request, response) => {
    answer(response);
    response.end();
  });
  const look = (how: string) =>
    page.run(`(async () => {
      const response = await ${how}('/events');
      const { body } = response;
      const before = [body === response.body, body instanceof ReadableStream,
        body.locked, response.bodyUsed, Object.keys(response).length];
      const reader = body.getReader();
      const locked = [body.locked, response.bodyUsed,
        await response.text().catch(({ name }) => name)];
      await reader.read();
      const used = [response.bodyUsed, await reader.read().then((all) => all.done)];
      let thrown;
      try { response.clone(); } catch (error) { thrown = error.name; }
      return [before, locked, used, thrown, await reader.closed];
    })()`);
  expect(await look('fetch')).toEqual(await look('bareFetch'));
});

test('a body that the page gives to the engine is read through', async () => {
  await using page = await openMeasuredPage((_request, response) => {
    answer(response);
    response.end();
  });
  const text = await page.run(`fetch('/events').then(({ body, headers }) =>
    new Response(body, { headers }).text())`);
  expect(text).toBe(TEXT);
  expect(await page.sum('receivedEvents')).toBe(2);
});
