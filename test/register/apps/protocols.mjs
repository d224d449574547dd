// Servers of every kind that Node has for HTTP; the argument says which.
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';

const create = { createServer, createHttp2Server, createHttpsServer };
create[process.argv[2]]({}).listen(0, '127.0.0.1', () => console.log('ready'));
