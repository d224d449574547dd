// Takes mails for whoever they are, and delivers none.
import { once } from 'node:events';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { cut } from './notifications.mjs';

/** Larger mails are refused. */
const MAX_BYTES = 1024 * 1024;
const MAX_RECIPIENTS = 50;
/** How long a sender has to finish once the catcher stops. */
const GRACE_MS = 500;

/**
 * @param {object} options
 * @param {string} options.host
 * @param {number} options.port
 * @param {import('./inbox.mjs').Inbox} options.inbox
 * @returns the port, and its undo.
 * @throws when the port cannot be had.
 */
export async function startMail({ host, port, inbox }) {
  const server = new SMTPServer({
    banner: 'catcher',
    size: MAX_BYTES,
    // Nothing is secret here, and no certificate is at hand.
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    maxClients: 20,
    socketTimeout: 30_000,
    closeTimeout: GRACE_MS,
    onRcptTo(_, session, done) {
      const isFull = session.envelope.rcptTo.length >= MAX_RECIPIENTS;
      done(isFull ? refuse(452, 'Too many recipients') : undefined);
    },
    onData(stream, session, done) {
      read(stream)
        .then((source) => simpleParser(source))
        .then((mail) => inbox.add(describe(mail, session)))
        .then(
          (id) => done(null, `kept as ${id}`),
          (error) => done(error),
        );
    },
  });
  // A sender that hangs up in the middle is no concern of ours.
  server.on('error', () => {});
  server.listen(port, host);
  // Rejects with what `error` says.
  await once(server.server, 'listening');
  const address = server.server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? port) : port,
    stop: () =>
      new Promise((resolve) => server.close(() => resolve(undefined))),
  };
}

/**
 * Reads to the end, also what is not kept: the sender hears the answer only then.
 *
 * @param {import('smtp-server').SMTPServerDataStream} stream
 */
async function read(stream) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes <= MAX_BYTES) chunks.push(chunk);
  }
  if (bytes > MAX_BYTES) throw refuse(552, `At most ${MAX_BYTES} bytes`);
  return Buffer.concat(chunks);
}

/**
 * @param {import('mailparser').ParsedMail} mail
 * @param {import('smtp-server').SMTPServerSession} session
 * @returns {import('./inbox.mjs').Message}
 */
function describe({ subject, text, html }, { envelope }) {
  return {
    kind: 'mail',
    title: cut(subject ?? '(no subject)'),
    from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
    to: envelope.rcptTo.map(({ address }) => address),
    text: cut(text ?? ''),
    ...(typeof html === 'string' && { html }),
  };
}

/**
 * @param {number} responseCode
 * @param {string} message
 */
function refuse(responseCode, message) {
  return Object.assign(new Error(message), { responseCode });
}
