"use strict";
const { writeFileSync } = require("node:fs");
const { reporters, Runner } = require("mocha");

/** Mocha's own `spec` reporter, which also writes "PASSED FAILED" into a file. Hooks that fail count as failures. */
class TotalsReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const { output } = options.reporterOptions ?? options.reporterOption ?? {};
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      writeFileSync(output, `${this.stats.passes} ${this.stats.failures}\n`);
    });
  }
}

module.exports = TotalsReporter;
