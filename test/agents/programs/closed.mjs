// Preloaded: tells the runner of test/compliance how many streams were measured.
import { subscribe } from 'node:diagnostics_channel';

let closed = 0;
subscribe('sse.server.close', () => closed++);
globalThis[Symbol.for('compliance.measured')] = () => ({ closed });
