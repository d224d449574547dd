import { expect, test } from 'vitest';
import { until } from '../support/poll.ts';
import { createSender, deliver, type Figures } from './support/otlp-sender.ts';
import { startPipeline } from './support/pipeline.ts';

const ADDRESS = '203.0.113.7';
const SECRET = 'token=hunter2';
/** What no label may hold, by the attributes in which instrumentations have it. */
const PRIVATE = {
  'client.address': ADDRESS,
  'client.port': '50000',
  'network.peer.address': ADDRESS,
  'net.peer.ip': ADDRESS,
  'net.sock.peer.addr': ADDRESS,
  'http.client_ip': ADDRESS,
  'user.id': ADDRESS,
  'session.id': SECRET,
  'url.full': `https://shop.example/events?${SECRET}`,
  'url.query': SECRET,
  'http.url': `https://shop.example/events?${SECRET}`,
  'http.request.header.authorization': SECRET,
} as const;
const KEPT = {
  'http.route': '/events',
  'http.request.method': 'GET',
  'sse.event.type': 'really?',
} as const;

function countRequests(more: Readonly<Record<string, string>>): Figures {
  const attributes = { ...KEPT, ...PRIVATE, ...more };
  return {
    name: 'http.server.requests',
    points: [
      { value: 3, attributes },
      // Another client.
      {
        value: 4,
        attributes: { ...attributes, 'client.address': '203.0.113.8' },
      },
    ],
  };
}

test.each(['cumulative', 'delta'] as const)(
  'no address and no query string of %s figures reaches Prometheus',
  async (temporality) => {
    await using pipeline = await startPipeline();
    const send = createSender({
      url: pipeline.url,
      temporality,
      resource: {
        'service.instance.id': 'a',
        'client.address': ADDRESS,
        'user_agent.original': SECRET,
        'process.command_args': SECRET,
        'deployment.url': `https://shop.example/?${SECRET}`,
      },
    });
    const paths = {
      'url.template': `/events?${SECRET}`,
      'http.target': `/events#${SECRET}`,
      'server.url': `https://shop.example/events?${SECRET}`,
    };
    await deliver(send, countRequests(paths));
    const read = () => pipeline.query('http_server_requests_total');
    const samples = await until('requests', read, ({ length }) => length > 0);
    // What both clients did is one series, and nothing of it is lost.
    expect(samples).toEqual([
      {
        labels: {
          __name__: 'http_server_requests_total',
          job: 'page',
          instance: 'a',
          http_route: '/events',
          http_request_method: 'GET',
          // No path: its question mark is its own.
          sse_event_type: 'really?',
          url_template: '/events',
          http_target: '/events',
          server_url: 'https://shop.example/events',
        },
        value: 7,
      },
    ]);
    const everything = await pipeline.query('{job!=""}');
    expect(everything.length).toBeGreaterThan(1);
    expect(JSON.stringify(everything)).not.toMatch(/203\.0\.113|hunter2/);
  },
);
