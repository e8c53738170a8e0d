#!/usr/bin/env node
'use strict';

// Only syntax that an old Node.js reads may stand here: it has to reach the message.
var version = process.versions.node.split('.').map(Number);
if (version[0] < 20 || (version[0] === 20 && version[1] < 3)) {
  process.stderr.write(
    'amplify-gen2-migration needs Node.js 20.3 or newer; this is ' + process.versions.node + '. (NODE_TOO_OLD)\n',
  );
  process.exitCode = 1;
} else {
  require('./main.js')
    .main(process.argv.slice(2), require('./host/terminal.js').terminalHost())
    .then(function (exitCode) {
      process.exitCode = exitCode;
    });
}
