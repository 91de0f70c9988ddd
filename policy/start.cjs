// Pulumi's runner loads a policy pack with `require` and gives Node no arguments of ours, so tsx is registered here.
const { register } = require("tsx/esm/api");

module.exports = () => {
  register();
  return import("./index.ts");
};
