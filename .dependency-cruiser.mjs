/** Which folder may import which: docs/architecture.md. `npm run lint:folders`, part of `npm run check`. */
export default {
  forbidden: [
    {
      name: "no-circle-of-files",
      comment: "Two files that import each other are one: move what both need into a third.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-circle-of-folders",
      comment: "A folder is a module: move the file that closes the circle into the folder that uses it.",
      severity: "error",
      scope: "folder",
      from: {},
      to: { circular: true },
    },
    {
      name: "model-without-engine",
      comment: "mesh/ and analysis/ are data in, data out.",
      severity: "error",
      from: { path: "^(mesh|analysis)/" },
      to: { path: "^(components|policy)/|(^|/)@pulumi/" },
    },
    {
      name: "product-without-sandbox",
      comment: "What runs against a cluster knows neither the sandbox nor the command line.",
      severity: "error",
      from: { path: "^(mesh|analysis|components|policy|index\\.ts)" },
      to: { path: "^(sandbox|cli|tests)/" },
    },
    {
      name: "analysis-without-generators",
      comment:
        "A judge borrows nothing from what it judges: it knows the objects and their words, not who writes them.",
      severity: "error",
      from: { path: "^analysis/" },
      to: { path: "^mesh/", pathNot: "^mesh/kubernetes/" },
    },
    {
      name: "schemas-first",
      comment: "A feature's schema is read by mesh/stack, so it imports terms and other schemas alone.",
      severity: "error",
      from: { path: "^mesh/.*schema/" },
      to: { path: "^mesh/", pathNot: "^mesh/kubernetes/|/schema/" },
    },
    {
      name: "kubernetes-first",
      comment: "Objects, quantities and ports belong to no feature.",
      severity: "error",
      from: { path: "^mesh/kubernetes/" },
      to: { path: "^(mesh|analysis)/", pathNot: "^mesh/kubernetes/" },
    },
    {
      name: "command-line-last",
      comment: "Nobody imports the command line.",
      severity: "error",
      from: { pathNot: "^cli/" },
      to: { path: "^cli/" },
    },
  ],
  options: {
    // Types too: who reads a file reads its types.
    tsPreCompilationDeps: true,
    exclude: { path: "\\.test\\.ts$|^(tests)/" },
    doNotFollow: { path: "(^|/)node_modules/" },
  },
};
