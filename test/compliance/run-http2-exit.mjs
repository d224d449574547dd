// Runs one program of programs/http2-exits.mjs: prints its port, then what it does.
import { createServer } from 'node:http2';
import { programs } from './programs/http2-exits.mjs';

const say = (line) => process.stdout.write(`${line}\n`);

process.on('beforeExit', (code) => say(`beforeExit ${code}`));
process.on('exit', (code) => say(`exit ${code}`));

const server = createServer();
const leave = () => say('the client may leave');
const name = process.argv[2];
const program = programs[name];
if (name.startsWith('response: ')) {
  server.on('request', (_req, res) =>
    program({ out: res, stream: res.stream, server, leave }),
  );
} else {
  server.on('stream', (stream) =>
    program({ out: stream, stream, server, leave }),
  );
}
server.listen(0, '127.0.0.1', () => say(server.address().port));
