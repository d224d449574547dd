// Syntax that Node.js of any age reads: it is what tells them.
var version = process.versions.node;
var parts = version.split('.');
var major = Number(parts[0]);
var minor = Number(parts[1]);

if (major < 22 || (major === 22 && minor < 15)) {
  console.error(
    'This needs Node.js 22.15 or later, and got ' +
      version +
      '.\n' +
      'The package brings Node.js 24 as a development dependency. Get it with:\n' +
      '  npm ci\n' +
      'and if that did not help (npm 12 may skip its install script):\n' +
      '  npm install-scripts approve node && npm rebuild node',
  );
  process.exit(1);
}
