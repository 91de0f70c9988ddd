import { assertKnownStack } from "../../../mesh/load/stack-files.ts";
import type { ControlPlane } from "../../contracts.ts";
import { readControlPlane } from "../../control-plane/read.ts";
import { stackPaths, type Places } from "../paths.ts";
import { sandboxedStacks } from "./down.ts";
import { CommandError } from "../../../mesh/stack/errors.ts";

/**
 * The kubeconfig of a running stack, and which stack it is.
 * @param stack Default: the only one that runs.
 * @throws ConfigError for an unknown stack; CommandError `stack.not-up` when its control plane does not run,
 *   `stack.ambiguous` when several run and none is named.
 */
export function kubeconfig(stack: string | undefined, places: Places): { stack: string; path: string } {
  const { name, plane } = running(stack, places);
  return { stack: name, path: plane.kubeconfig };
}

/**
 * The control plane of a stack that is up.
 * @throws as `kubeconfig`
 */
export function runningPlane(stack: string, places: Places): ControlPlane {
  return running(stack, places).plane;
}

function running(stack: string | undefined, places: Places): { readonly name: string; readonly plane: ControlPlane } {
  const planeOf = (name: string) => readControlPlane(stackPaths(places, name).controlPlane);
  if (stack !== undefined) {
    assertKnownStack(places.projectDir, stack);
  }
  const found = (stack === undefined ? sandboxedStacks(places) : [stack]).flatMap((name) => {
    const plane = planeOf(name);
    return plane === undefined ? [] : [{ name, plane }];
  });
  const names = found.map((one) => one.name).join(", ");
  if (found.length > 1) {
    throw new CommandError("stack.ambiguous", `several stacks are up: ${names}`, "Name one of them.");
  }
  if (found[0] === undefined) {
    const what = stack === undefined ? "no stack is up" : `the stack ${stack} is not up`;
    throw new CommandError("stack.not-up", what, `Bring it up with: npm run mesh -- up ${stack ?? "dev"}`);
  }
  return found[0];
}
