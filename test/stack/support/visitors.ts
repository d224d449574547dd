import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** How often a job's stream was read to its end, and what came. */
interface Truth {
  jobs: number;
  resumed: number;
  cut: number;
  progressEvents: number;
  doneEvents: number;
  replayedEvents: number;
  comments: number;
  bytes: number;
  failed: number;
  aborted: number;
}

/** Clients of `programs/scenario.mjs`, and what they saw of it. */
export interface Visitors {
  readonly truth: Readonly<Truth>;
  /** Meets everything once; about 4 s. */
  visit(): Promise<void>;
}

interface Request {
  readonly path: string;
  readonly lastEventId?: string;
}

/** One connection for each stream, as browsers have. */
const agent = new Agent({ keepAlive: false });
const LAST_EVENT_ID = 4;

/** Creates clients of the application at `url`. */
export function createVisitors(url: string): Visitors {
  const truth: Truth = {
    jobs: 0,
    resumed: 0,
    cut: 0,
    progressEvents: 0,
    doneEvents: 0,
    replayedEvents: 0,
    comments: 0,
    bytes: 0,
    failed: 0,
    aborted: 0,
  };

  function request({ path, lastEventId }: Request) {
    return get(`${url}${path}`, {
      agent,
      headers: {
        Accept: 'text/event-stream',
        'X-Forwarded-For': `203.0.113.${1 + (truth.jobs % 20)}`,
        ...(lastEventId !== undefined && { 'Last-Event-ID': lastEventId }),
      },
    });
  }

  /** @returns the answer, not yet flowing. */
  async function open(wanted: Request): Promise<IncomingMessage> {
    const sent = request(wanted);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    // To be cut off is an error to Node, and everyday life to a client.
    sent.on('error', () => undefined);
    response.on('error', () => undefined);
    return response;
  }

  /** @returns all that came, until the server ended or broke it. */
  async function read(wanted: Request): Promise<string> {
    const response = await open(wanted);
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    await new Promise((resolve) => response.once('close', resolve));
    return text;
  }

  /** Leaves in the middle. */
  async function readFor(milliseconds: number, path: string): Promise<void> {
    const response = await open({ path });
    response.resume();
    await delay(milliseconds);
    response.destroy();
  }

  async function readJob(query = '', lastEventId?: string): Promise<void> {
    const path = `/jobs/${truth.jobs}${query}`;
    truth.jobs += 1;
    const text = await read({
      path,
      ...(lastEventId !== undefined && { lastEventId }),
    });
    const count = (line: string) => text.split(line).length - 1;
    truth.bytes += Buffer.byteLength(text);
    truth.progressEvents += count('event: progress\n');
    truth.doneEvents += count('event: done\n');
    truth.comments += count(': started\n');
    if (query !== '') truth.cut += 1;
    if (lastEventId === undefined) return;
    truth.resumed += 1;
    truth.replayedEvents += count('event: progress\n');
  }

  async function fail(status: number): Promise<void> {
    await read({ path: `/failing?status=${status}` });
    truth.failed += 1;
  }

  async function giveUp(): Promise<void> {
    const sent = request({ path: '/mute' });
    const closed = once(sent, 'close').catch(() => undefined);
    // Nothing says that it has arrived at the application, through nginx.
    await delay(2000);
    sent.destroy();
    await closed;
    truth.aborted += 1;
  }

  async function readNothing(): Promise<void> {
    const response = await open({ path: '/firehose' });
    await delay(2500);
    response.destroy();
  }

  return {
    truth,
    async visit() {
      await Promise.all([
        ...Array.from({ length: 5 }, () => readJob()),
        readJob('', String(LAST_EVENT_ID)),
        readJob('?cut'),
        fail(500),
        fail(401),
        giveUp(),
        readNothing(),
        readFor(500, '/forgetful'),
        readFor(3500, '/silent'),
        readFor(2500, '/events'),
        ...['/patient', '/sloppy', '/broken', '/closed', '/idle', '/full'].map(
          (path) => read({ path }),
        ),
      ]);
    },
  };
}
