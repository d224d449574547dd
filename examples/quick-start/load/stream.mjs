import { once } from 'node:events';
import { Agent, get } from 'node:http';

/** One connection for each stream: none is shared or kept. */
const agent = new Agent({ keepAlive: false, maxSockets: Infinity });

/**
 * Asks for the event stream.
 *
 * @param {import('./habits.mjs').Client} client
 * @returns {Promise<import('node:http').IncomingMessage>} not yet flowing.
 */
export async function openStream({ url, address, lastEventId, signal }) {
  const request = get(`${url}/events`, {
    agent,
    signal,
    headers: {
      Accept: 'text/event-stream',
      'X-Forwarded-For': address,
      ...(lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }),
    },
  });
  const [response] = await once(request, 'response');
  // Being cut off is an error to Node and everyday life to a client.
  request.on('error', () => {});
  response.on('error', () => {});
  if (response.statusCode !== 200) {
    request.destroy();
    throw new Error(`status ${response.statusCode}`);
  }
  return response;
}
