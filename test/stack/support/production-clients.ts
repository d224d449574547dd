import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

import { createToken } from '../../examples/support/production.ts';
import { pathOf } from './files.ts';

const PROGRAM = pathOf('test/stack/programs/production-clients.mjs');

/** How the clients are now. */
interface CrowdStatus {
  readonly open: number;
  /** How often one was opened, again too. */
  readonly opens: number;
  /** Those that will never come back. */
  readonly gaveUp: number;
}

/** What they got, compared with what there was. */
interface CrowdResult {
  readonly clients: number;
  readonly events: number;
  readonly lost: number;
  readonly repeated: number;
  readonly moved: number;
}

/** Many clients, in processes of their own. */
export interface Crowd extends AsyncDisposable {
  readStatus(): Promise<CrowdStatus>;
  /** @param ids - of all events, in order. */
  compare(ids: readonly string[]): Promise<CrowdResult>;
}

/** Starts so many clients, shared out among some processes. */
export async function startCrowd(
  url: string,
  clients: number,
  processes: number,
): Promise<Crowd> {
  const token = createToken();
  const children = Array.from({ length: processes }, () =>
    fork(PROGRAM, {
      env: {
        PATH: process.env['PATH'],
        TARGET: url,
        TOKEN: token,
        COUNT: String(Math.round(clients / processes)),
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    }),
  );
  const ask = async (message: object | string): Promise<Answer> =>
    addUp(await Promise.all(children.map((child) => askOne(child, message))));
  return {
    readStatus: async () => (await ask('status')) as unknown as CrowdStatus,
    compare: async (ids) => (await ask({ ids })) as unknown as CrowdResult,
    async [Symbol.asyncDispose]() {
      const ended = children.map((child) => once(child, 'exit'));
      for (const child of children) child.disconnect();
      await Promise.all(ended);
    },
  };
}

type Answer = Readonly<Record<string, number>>;

async function askOne(
  child: ChildProcess,
  message: object | string,
): Promise<Answer> {
  const answered = once(child, 'message');
  child.send(message);
  const [answer] = await answered;
  return answer as Answer;
}

function addUp(answers: readonly Answer[]): Answer {
  const sums: Record<string, number> = {};
  for (const [key, value] of answers.flatMap((one) => Object.entries(one))) {
    sums[key] = (sums[key] ?? 0) + value;
  }
  return sums;
}
