// Receives an event stream and serves nothing: for ever, to its first event, or
// by Node's own EventSource.
const [url = '', how = 'stay'] = process.argv.slice(2);
if (how === 'eventsource') {
  const source = new EventSource(url);
  source.onmessage = () => console.log('received');
} else {
  const response = await fetch(url);
  const reader = response.body.getReader();
  await reader.read();
  console.log('received');
  if (how === 'end') await reader.cancel();
}
