// A client that reads the streams of its arguments for as long as they last.
async function read(/** @type {string} */ url) {
  const response = await fetch(url);
  try {
    for await (const _ of response.body ?? []);
  } catch {
    // It broke off.
  }
  console.log(`ended ${url}`);
}

await Promise.all(process.argv.slice(2).map(read));
// What it counted last is still to be sent.
setInterval(() => {}, 60_000);
