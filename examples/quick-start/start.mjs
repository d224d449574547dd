// The door of `npm start`: the server with the hook by flag only, a load of
// real clients, and a table of what the hook measures.
import { parseArgs } from 'node:util';
import { startChild } from './children.mjs';
import { describeLoad } from './load/crowd.mjs';
import { findFreePorts, parsePort } from './ports.mjs';
import { printTable } from './table.mjs';

const HOST = '127.0.0.1';
const stopping = new AbortController();
const stop = () => stopping.abort();
// Ctrl-C reaches every process of the terminal, through npm even twice: each
// one is the same wish.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
// `npm start | head` closes the pipe.
process.stdout.on('error', stop);

/** @type {ReturnType<typeof startChild>[]} */
const children = [];

try {
  const options = /** @type {const} */ ({ 'no-load': { type: 'boolean' } });
  const { values } = parseArgs({ options });
  await run(values['no-load'] !== true);
} catch (error) {
  console.error(/** @type {Error} */ (error).message);
  process.exitCode = 1;
} finally {
  const areWell = await Promise.all(children.map((child) => child.stop()));
  if (areWell.includes(false)) process.exitCode = 1;
  else if (process.exitCode === undefined) console.log('\nStopped.');
}

/** @param {boolean} hasLoad */
async function run(hasLoad) {
  const { url, metricsUrl, env } = await chooseAddresses();
  const server = start('server.mjs', {
    flags: ['--import', 'opentelemetry-instrumentation-sse/register'],
    env,
  });
  if (!(await server.isReady)) {
    if (stopping.signal.aborted && (await server.ended)) return;
    throw new Error('The server did not start. Is the package built?');
  }
  console.log(`Page     ${url}/`);
  console.log(`Stream   ${url}/events`);
  console.log(`Metrics  ${metricsUrl}`);
  if (hasLoad && !stopping.signal.aborted) {
    start('load/main.mjs', { env: { TARGET: url } });
  }
  console.log(`Load     ${hasLoad ? describeLoad() : 'none (--no-load)'}`);
  console.log('Ctrl-C ends it.\n');
  await printTable(metricsUrl, stopping.signal);
}

/**
 * One that ends by itself ends the others.
 *
 * @param {string} file
 * @param {Parameters<typeof startChild>[1]} options
 */
function start(file, options) {
  const child = startChild(file, options);
  children.push(child);
  child.ended.then(() => {
    if (!stopping.signal.aborted) console.error(`${file} ended.`);
    stop();
  });
  return child;
}

/** The wanted ports, or the next free ones, and what tells the server so. */
async function chooseAddresses() {
  const { PORT, OTEL_EXPORTER_PROMETHEUS_PORT } = process.env;
  const wanted = [
    parsePort(PORT, 8080, 'PORT'),
    parsePort(
      OTEL_EXPORTER_PROMETHEUS_PORT,
      9464,
      'OTEL_EXPORTER_PROMETHEUS_PORT',
    ),
  ];
  const [port, metricsPort] = await findFreePorts(wanted);
  for (const [index, found] of [port, metricsPort].entries()) {
    if (wanted[index] !== 0 && wanted[index] !== found) {
      console.log(`Port ${wanted[index]} is taken: using ${found}.`);
    }
  }
  const metricsUrl = `http://${HOST}:${metricsPort}/metrics`;
  return {
    url: `http://${HOST}:${port}`,
    metricsUrl,
    env: {
      // Some shells export one that is this machine's name.
      HOST,
      PORT: String(port),
      METRICS_URL: metricsUrl,
      OTEL_METRICS_EXPORTER: 'prometheus',
      OTEL_EXPORTER_PROMETHEUS_HOST: HOST,
      OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort),
      // The load's clients say in X-Forwarded-For who they are: one proxy.
      OTEL_SSE_TRUST_PROXY: '1',
      OTEL_SSE_FINAL_EVENTS: '/events=bye',
    },
  };
}
