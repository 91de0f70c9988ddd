import { isMutable } from "../../../mesh/kubernetes/images.ts";
import { containersOf, podOf, RELEASE } from "./pod-templates.ts";
import type { PolicyResource, ResourceRule } from "./rule.ts";
import { at, isMissing, isOn, items, leaves, text, UNKNOWN } from "./values.ts";

/** What gives a container rights over its node, by the key in its security context. */
function privilegesOf(context: unknown): string[] {
  const added = items(at(context, "capabilities", "add")).map((name) => text(name, "a capability"));
  return [
    ...(isOn(at(context, "privileged")) ? ["is privileged"] : []),
    ...(at(context, "allowPrivilegeEscalation") === true ? ["allows privilege escalation"] : []),
    ...(at(context, "runAsUser") === 0 ? ["runs as root"] : []),
    ...(added.length > 0 ? [`adds ${added.join(", ")}`] : []),
  ];
}

function privileged(resource: PolicyResource): string[] {
  const pod = podOf(resource);
  if (pod === undefined) {
    return resource.type === RELEASE ? privilegedValues(resource) : [];
  }
  const { spec } = pod;
  const host = ["hostNetwork", "hostPID", "hostIPC"].filter((key) => at(spec, key) === true);
  const mounts = items(at(spec, "volumes")).filter((volume) => at(volume, "hostPath") !== undefined);
  return [
    ...host.map((key) => `the pod sets ${key}`),
    ...mounts.map((volume) => `volume ${text(at(volume, "name"))} is a folder of the node (hostPath)`),
    ...privilegesOf(at(spec, "securityContext")).map((what) => `the pod ${what}`),
    ...containersOf(pod).flatMap(({ name, container }) =>
      privilegesOf(at(container, "securityContext")).map((what) => `container ${name} ${what}`),
    ),
  ];
}

function privilegedValues({ props }: PolicyResource): string[] {
  return leaves(at(props, "values"))
    .filter(({ path, value }) => ["privileged", "hostNetwork", "hostPID"].includes(path.at(-1) ?? "") && value === true)
    .map(({ path }) => `values.${path.join(".")} is true`);
}

/** No pod with rights over its node. */
export const noPrivilegedPod: ResourceRule = {
  kind: "resource",
  name: "no-privileged-pod",
  description: "A pod has no rights over its node: who takes it over stays in it.",
  level: "mandatory",
  remediation: "Drop the privilege; if a node needs an agent, install it as an EKS add-on.",
  judge: privileged,
};

/** No image that changes under its name. */
export const noLatestImage: ResourceRule = {
  kind: "resource",
  name: "no-latest-image",
  description: "An image is named by version or digest, so that a restart brings back what was running.",
  level: "mandatory",
  remediation: "Name a version, better a digest.",
  judge: (resource) => {
    const pod = podOf(resource);
    if (pod !== undefined) {
      return containersOf(pod).flatMap(({ name, container }) => {
        const image = at(container, "image");
        return typeof image === "string" && isMutable(image) ? [`container ${name}: ${image} can change`] : [];
      });
    }
    return resource.type !== RELEASE
      ? []
      : leaves(at(resource.props, "values"))
          .filter(({ path, value }) => path.at(-1) === "tag" && value === "latest")
          .map(({ path }) => `values.${path.join(".")} is latest`);
  },
};

/** Figures that every container states. */
const FIGURES = [
  ["requests", "cpu"],
  ["requests", "memory"],
  ["limits", "cpu"],
  ["limits", "memory"],
] as const;

/** Every container says what it needs and may take. */
export const requestsAndLimits: ResourceRule = {
  kind: "resource",
  name: "requests-and-limits",
  description: "Every container says what it needs and what it may take: the scheduler and its neighbours rely on it.",
  level: "mandatory",
  remediation: "Set resources.requests and resources.limits, CPU and memory each.",
  judge: (resource) => {
    const pod = podOf(resource);
    return pod === undefined
      ? []
      : containersOf(pod).flatMap(({ name, container }) =>
          FIGURES.filter((path) => isMissing(at(container, "resources", ...path))).map(
            (path) => `container ${name} has no ${path.join(".")}`,
          ),
        );
  },
};

/** Containers of services tell when they can work. */
export const probes: ResourceRule = {
  kind: "resource",
  name: "probes",
  description: "A container that serves tells when it is ready, so that no request reaches it before.",
  level: "advisory",
  remediation: "Give it a readinessProbe.",
  judge: (resource) => {
    const pod = podOf(resource);
    if (pod === undefined || /:(Job|CronJob)$/.test(resource.type)) {
      return [];
    }
    return items(at(pod.spec, "containers"))
      .filter((container) => items(at(container, "ports")).length > 0)
      .filter((container) => isMissing(at(container, "readinessProbe")))
      .map((container) => `container ${text(at(container, "name"))} has no readinessProbe`);
  },
};

/** Images are named by what they contain. */
export const imageDigest: ResourceRule = {
  kind: "resource",
  name: "image-digest",
  description: "A digest names what an image contains; a tag can be moved by whoever owns the repository.",
  level: "advisory",
  remediation: "Name the image as repository@sha256:digest.",
  judge: (resource) => {
    const pod = podOf(resource);
    return pod === undefined
      ? []
      : containersOf(pod)
          .map(({ name, container }) => ({ name, image: at(container, "image") }))
          .filter(({ image }) => image !== UNKNOWN && !text(image).includes("@sha256:"))
          .map(({ name, image }) => `container ${name}: ${text(image, "no image")} has no digest`);
  },
};
