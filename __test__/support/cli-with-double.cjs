'use strict';

// The real command line on the real terminal, with the engine double: `node cli-with-double.cjs <scenario JSON> <arguments>`.

const { main } = require('../../cli/main.js');
const { terminalHost } = require('../../cli/host/terminal.js');
const { engineDouble } = require('./engine-double.cjs');

const [scenario, ...argv] = process.argv.slice(2);
main(argv, terminalHost(), () => engineDouble(JSON.parse(scenario))).then((exitCode) => {
  process.exitCode = exitCode;
});
