// With the flag alone: the endpoint of `register`.
const { EXPECTED, openStream, until } = require('./stream.cjs');

const url = `http://localhost:${process.env.OTEL_EXPORTER_PROMETHEUS_PORT}/metrics`;

async function main() {
  const close = await openStream();
  const text = await until('the endpoint', async () =>
    (await fetch(url)).text(),
  );
  for (const line of EXPECTED) {
    if (!line.test(text)) throw new Error(`no ${line} in:\n${text}`);
  }
  close();
}

void main();
