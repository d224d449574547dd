import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

/** A connection of a mail program, spoken line by line. */
export interface SmtpClient extends Disposable {
  /** Sends a line and reads the answer. @returns its last line. */
  say(line: string): Promise<string>;
  /** Sends text, and does not wait. */
  send(text: string): void;
  /** Hangs up. */
  destroy(): void;
}

/** Connects and waits for the greeting. */
export async function connectSmtp(port: number): Promise<SmtpClient> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const readAnswer = async (): Promise<string> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true) throw new Error('The server hung up');
      // `250-` goes on, `250 ` is the last line.
      if (/^\d{3} /.test(value)) return value;
    }
  };
  await readAnswer();
  return {
    say(line) {
      socket.write(`${line}\r\n`);
      return readAnswer();
    },
    send: (text) => void socket.write(text),
    destroy: () => void socket.destroy(),
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** A mail as it is handed over. */
export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers, a blank line, and the body. */
  readonly source: readonly string[];
}

/** Hands over a mail. @returns the answer to its end. */
export async function sendMail(
  client: SmtpClient,
  { from, to, source }: Mail,
): Promise<string> {
  await client.say('EHLO alertmanager');
  await client.say(`MAIL FROM:<${from}>`);
  for (const address of to) await client.say(`RCPT TO:<${address}>`);
  await client.say('DATA');
  return client.say(`${source.join('\r\n')}\r\n.`);
}
