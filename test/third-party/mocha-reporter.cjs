// For mocha: one line of JSON for each test that ran.
module.exports = class Reporter {
  constructor(runner) {
    const print = (result) => (test) => {
      const line = JSON.stringify({ name: test.fullTitle(), result });
      process.stdout.write(`${line}\n`);
    };
    runner.on('pass', print('passed'));
    runner.on('fail', print('failed'));
    runner.on('pending', print('skipped'));
  }
};
