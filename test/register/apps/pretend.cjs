// Stands for a runtime that is not at hand: it has the version PRETEND, as
// `bun=1.3.0`.
const [name, version] = process.env.PRETEND.split('=');
const value = { ...process.versions, [name]: version };
Object.defineProperty(process, 'versions', { value });
