// An application that ends itself at SIGTERM. Arguments: `on` or `once`; whether
// it listens for the signal `before` or `after` it serves; `exit`, `leave` or `stay`.
import { serve } from './serve.mjs';

const [how, when, end] = process.argv.slice(2);

function handle() {
  process[how]('SIGTERM', () => {
    console.log('handled');
    if (end === 'stay') return;
    if (end === 'exit') process.exit(7);
    process.exitCode = 7;
    leave();
  });
  console.log('ready');
}

if (when === 'before') handle();
const { server, leave } = serve();
if (when === 'after') server.once('request', handle);
