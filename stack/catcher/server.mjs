// Catches the notifications of the stack: `node stack/catcher/server.mjs`.
import { startHttp } from './http.mjs';
import { createInbox } from './inbox.mjs';
import { startMail } from './mail.mjs';

const { HOST = '127.0.0.1' } = process.env;
/** @type {(() => Promise<unknown>)[]} */
const undos = [];

try {
  const inbox = createInbox();
  const mail = await start('SMTP_PORT', 1025, startMail, inbox);
  const http = await start('PORT', 8025, startHttp, inbox);
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  console.log(`Notifications  http://${toUrlHost(HOST)}:${http}/`);
  console.log(`SMTP           ${toUrlHost(HOST)}:${mail}`);
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  process.exitCode = 1;
  await stop();
}

/**
 * @param {string} name - of the variable with the port; 0 takes a free one.
 * @param {number} standard
 * @param {typeof startHttp | typeof startMail} startServer
 * @param {import('./inbox.mjs').Inbox} inbox
 */
async function start(name, standard, startServer, inbox) {
  const wanted = readPort(name, standard);
  try {
    const server = await startServer({ host: HOST, port: wanted, inbox });
    undos.push(server.stop);
    return server.port;
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    throw new Error(
      code === 'EADDRINUSE'
        ? `${name}=${wanted} on ${HOST} is taken. Set another, or 0 for any.`
        : `${name}=${wanted} on ${HOST}: ${message}`,
    );
  }
}

/**
 * @param {string} name
 * @param {number} standard
 */
function readPort(name, standard) {
  const text = process.env[name];
  if (text === undefined || text === '') return standard;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`${name} is "${text}", not a port`);
}

async function stop() {
  await Promise.all(undos.map((undo) => undo()));
}

/** @param {string} host */
function toUrlHost(host) {
  return host.includes(':') ? `[${host}]` : host;
}
