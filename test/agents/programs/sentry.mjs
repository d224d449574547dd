// What Sentry's users preload. Where to send to is in the environment.
const { init } = await import(process.env.AGENT);
init({ tracesSampleRate: 1 });
