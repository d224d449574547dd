// Runs one program of programs/exits.mjs: prints its port, then what it does.
import { createServer } from 'node:http';
import { programs } from './programs/exits.mjs';

const say = (line) => process.stdout.write(`${line}\n`);

process.on('beforeExit', (code) => say(`beforeExit ${code}`));
process.on('exit', (code) => say(`exit ${code}`));

const server = createServer((req, res) => {
  const leave = () => say('the client may leave');
  return programs[process.argv[2]]({ req, res, server, leave });
});
server.listen(0, '127.0.0.1', () => say(server.address().port));
