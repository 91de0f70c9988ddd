export { startControlPlane, type StartOptions } from "./start.ts";
export { stopControlPlane } from "./stop.ts";
export { readControlPlane } from "./read.ts";
export { watchControlPlane } from "./watch.ts";
export { addNodes, removeNodes, nodeObject } from "./nodes.ts";
