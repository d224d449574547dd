// Preloaded last: what an application in CommonJS requires. Agents patch a module
// when it is required, and the programs import theirs.
require('node:http');
require('node:http2');
require('node:https');
require('node:module').syncBuiltinESMExports();
