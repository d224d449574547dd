import { setTimeout as delay } from 'node:timers/promises';
import type { Recording } from './recording.ts';

/** Between two exports of an instance. */
export const INTERVAL_MS = 15_000;
/** Instances in one request, as a Collector puts them together. */
const PER_REQUEST = 10;
/** Requests at the same time. */
const AT_ONCE = 4;

/** Sends what a fleet exports. */
export interface FleetSender {
  /** Sends all that was exported in a time that is over, as fast as it is taken. */
  sendPast(from: number, until: number, say: Progress): Promise<void>;
  /** Goes on from there as time passes. @returns what ends it. */
  sendOn(from: number): () => Promise<void>;
}

/** Told how much of something is done, from 0 to 1. */
export type Progress = (done: number) => void;

/** @param url - of Prometheus. */
export function createFleetSender(
  url: string,
  recording: Recording,
  instances: number,
): FleetSender {
  const groups = Array.from(
    { length: Math.ceil(instances / PER_REQUEST) },
    (_, index) => index * PER_REQUEST,
  );
  let step = 0;

  const sendGroup = (first: number, at: number) => {
    const last = Math.min(first + PER_REQUEST, instances);
    const bodies = [];
    for (let instance = first; instance < last; instance++) {
      bodies.push(recording.play(instance, step, at));
    }
    // One protobuf after the other is a message with the lists of both.
    return post(url, Buffer.concat(bodies), 'application/x-protobuf');
  };
  const sendAll = async (at: number) => {
    const left = [...groups];
    const work = async () => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) {
        await sendGroup(next, at);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    step += 1;
  };

  return {
    async sendPast(from, until, say) {
      for (let at = from; at < until; at += INTERVAL_MS) {
        await sendAll(at);
        say((at + INTERVAL_MS - from) / (until - from));
      }
    },
    sendOn(from) {
      const ended = new AbortController();
      const { signal } = ended;
      const running = (async () => {
        for (let at = from; ; at += INTERVAL_MS) {
          for (const [index, first] of groups.entries()) {
            // Evenly over the interval, as instances that start when they like.
            const due = at + (index / groups.length) * INTERVAL_MS;
            await delay(Math.max(0, due - Date.now()), undefined, { signal });
            await sendGroup(first, due);
          }
          step += 1;
        }
      })().catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
      return async () => {
        ended.abort();
        await running;
      };
    },
  };
}

/** Sends OTLP. @throws Error with the answer when it is not taken. */
export async function post(
  url: string,
  body: Buffer | string,
  type: string,
): Promise<void> {
  const response = await fetch(`${url}/api/v1/otlp/v1/metrics`, {
    method: 'POST',
    headers: { 'Content-Type': type },
    body,
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${answer}`);
}
