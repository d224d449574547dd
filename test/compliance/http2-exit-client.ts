import { connect } from 'node:http2';

/** Sends one request by HTTP/2 to a program that ends its process. */
export function askHttp2Once(port: number): {
  readonly closed: Promise<unknown>;
  leave(): void;
  received(): string;
} {
  const session = connect(`http://127.0.0.1:${port}`);
  const closed = new Promise((resolve) => session.once('close', resolve));
  const stream = session.request({
    ':path': '/events',
    accept: 'text/event-stream',
  });
  let head = '';
  let body = '';
  // What becomes of a session whose server is gone depends on the network.
  session.on('error', () => {});
  stream.on('error', () => {});
  stream.on('response', ({ date, ...headers }) => {
    head = JSON.stringify({ ...headers, date: typeof date });
  });
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    body += chunk;
  });
  return {
    closed,
    leave() {
      // What was sent before it was told to leave is on its way.
      if (body === '') stream.once('data', () => session.destroy());
      else session.destroy();
    },
    received: () => `${head}\n${body}`,
  };
}
