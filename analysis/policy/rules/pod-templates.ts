import type { PolicyResource } from "./rule.ts";
import { at, items, text } from "./values.ts";

/** A pod as a resource describes it. */
export interface PodTemplate {
  readonly namespace: unknown;
  readonly labels: unknown;
  readonly annotations: unknown;
  readonly spec: unknown;
}

/** Where the kinds that make pods keep the template, below the inputs. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Deployment: ["spec", "template"],
  ReplicaSet: ["spec", "template"],
  StatefulSet: ["spec", "template"],
  DaemonSet: ["spec", "template"],
  ReplicationController: ["spec", "template"],
  Job: ["spec", "template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
  Pod: [],
};

/** The pod that a resource makes; undefined for what makes none. */
export function podOf({ type, props }: PolicyResource): PodTemplate | undefined {
  const kind = /^kubernetes:(?:apps|batch|core)\/[\w]+:(\w+)$/.exec(type)?.[1] ?? "";
  const path = TEMPLATES[kind.replace(/Patch$/, "")];
  if (path === undefined) {
    return undefined;
  }
  const template = at(props, ...path);
  return {
    namespace: at(props, "metadata", "namespace"),
    labels: at(template, "metadata", "labels"),
    annotations: at(template, "metadata", "annotations"),
    spec: at(template, "spec"),
  };
}

/** Lists of a pod's specification that hold containers. */
const CONTAINERS = ["initContainers", "containers", "ephemeralContainers"];

/** A container and how messages call it. */
export interface NamedContainer {
  readonly name: string;
  readonly container: unknown;
}

/** Every container of a pod, those that only start it included. */
export function containersOf({ spec }: PodTemplate): NamedContainer[] {
  return CONTAINERS.flatMap((list) => items(at(spec, list))).map((container) => ({
    name: text(at(container, "name"), "(unnamed)"),
    container,
  }));
}

/** Type of a Helm release: the engine sees its values, and not the objects of the chart. */
export const RELEASE = "kubernetes:helm.sh/v3:Release";
