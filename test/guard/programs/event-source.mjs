// Node's own EventSource. Prints what it meets. Argument: the address.
const source = new EventSource(process.argv[2]);
// While it waits to come back, it keeps no process alive.
const alive = setInterval(() => {}, 1000);
source.addEventListener('error', () => {
  console.log(`error, then ${source.readyState}`);
});
source.addEventListener('message', ({ data }) => {
  console.log(`message ${data}`);
  source.close();
  clearInterval(alive);
});
