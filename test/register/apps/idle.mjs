// As npm and build tools: it works a little and never listens.
await new Promise((resolve) => setImmediate(resolve));
console.log('worked');
