export default {
  forbidden: [
    { name: "no-circles", severity: "error", from: {}, to: { circular: true } },
    { name: "no-folder-circles", severity: "error", scope: "folder", from: {}, to: { circular: true } },
  ],
  options: { tsPreCompilationDeps: true, tsConfig: { fileName: "tsconfig.json" }, exclude: { path: "^(tests|node_modules)|\\.test\\.ts$" }, doNotFollow: { path: "node_modules" }, enhancedResolveOptions: { extensions: [".ts"] } },
};
