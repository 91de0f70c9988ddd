import assert from "node:assert/strict";
import {
  at,
  listAt,
  objectAt,
  stringAt,
  without,
  type JsonObject,
  type KubernetesObject,
} from "../../../../sandbox/providers/kubernetes/object.ts";
import {
  overlay,
  REPRESENTED_CHARTS,
  representationOf,
  representedObjects,
} from "../../../../sandbox/providers/helm/representation/index.ts";

function represent(chart: string, values: JsonObject = {}, name = chart): readonly KubernetesObject[] {
  const representation = representationOf(chart);
  assert.ok(representation, `no representation of ${chart}`);
  return representedObjects(chart, representation, { name, namespace: "mesh", version: "1.30.7", values });
}

function find(objects: readonly KubernetesObject[], kind: string, name?: string): KubernetesObject {
  const found = objects.find((object) => object.kind === kind && (name === undefined || object.metadata.name === name));
  assert.ok(found, `no ${kind} ${name ?? ""}`);
  return found;
}

const POD_NAME = "statefulset.kubernetes.io/pod-name";
const has = (objects: readonly KubernetesObject[], kind: string) => objects.some((object) => object.kind === kind);
const podSpec = (object: KubernetesObject) => objectAt(object, "spec", "template", "spec");
const firstContainer = (object: KubernetesObject) => listAt(podSpec(object), "containers")[0];

describe("every representation", () => {
  for (const chart of REPRESENTED_CHARTS) {
    it(`${chart}: marks its objects, names each once, and selects its own pods`, () => {
      const objects = represent(chart);
      assert.ok(objects.length > 0);
      const ids = objects.map((object) => `${object.kind}/${object.metadata.name ?? ""}`);
      assert.deepEqual(ids, [...new Set(ids)]);
      for (const object of objects) {
        assert.equal(object.metadata.annotations?.["sandbox.ecommerce-mesh.dev/represents"], `${chart}-1.30.7`);
        assert.equal(object.metadata.labels?.["app.kubernetes.io/managed-by"], "ecommerce-mesh-sandbox");
        const selector = objectAt(object, "spec", "selector", "matchLabels");
        const labels = objectAt(object, "spec", "template", "metadata", "labels");
        for (const [key, value] of "template" in objectAt(object, "spec") ? Object.entries(selector) : []) {
          assert.equal(labels[key], value, `${object.kind} selects ${key}`);
        }
      }
    });
  }

  it("gives every Service pods of its release to select", () => {
    for (const chart of REPRESENTED_CHARTS) {
      const objects = represent(chart);
      const pods = objects.map((object) => objectAt(object, "spec", "template", "metadata", "labels"));
      for (const service of objects.filter((object) => object.kind === "Service")) {
        // The StatefulSet's controller gives each pod this label.
        const pod = stringAt(service, "spec", "selector", POD_NAME);
        const selector = without(objectAt(service, "spec", "selector"), POD_NAME);
        assert.ok(pod === undefined || objects.some((object) => pod.startsWith(`${object.metadata.name ?? ""}-`)));
        const wanted = Object.entries(selector);
        const selected = pods.some((labels) => wanted.every(([key, value]) => labels[key] === value));
        assert.ok(selected, `${chart}: Service ${service.metadata.name ?? ""} selects nothing`);
      }
    }
  });

  it("exists for no unknown chart, also not for names of object properties", () => {
    assert.equal(representationOf("wordpress"), undefined);
    assert.equal(representationOf("constructor"), undefined);
  });
});

describe("the representation of istiod", () => {
  const values = {
    autoscaleMin: 3,
    autoscaleMax: 5,
    resources: { requests: { cpu: "500m", memory: "2Gi" }, limits: { cpu: "1000m", memory: "4Gi" } },
    affinity: { podAntiAffinity: { x: [] } },
    topologySpreadConstraints: [{ maxSkew: 1 }],
    pdb: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" },
    global: { proxy: { resources: { requests: { cpu: "10m", memory: "128Mi" } } }, priorityClassName: "critical" },
  };

  it("has the pods, requests and placement that the values declare", () => {
    const objects = represent("istiod", values);
    const deployment = find(objects, "Deployment", "istiod");
    assert.equal(at(deployment, "spec", "replicas"), 3);
    assert.deepEqual(at(firstContainer(deployment), "resources"), values.resources);
    const { affinity, topologySpreadConstraints, priorityClassName } = podSpec(deployment);
    assert.deepEqual(
      { affinity, topologySpreadConstraints, priorityClassName },
      {
        affinity: values.affinity,
        topologySpreadConstraints: values.topologySpreadConstraints,
        priorityClassName: "critical",
      },
    );
    const scaler = objectAt(find(objects, "HorizontalPodAutoscaler"), "spec");
    assert.deepEqual([scaler["minReplicas"], scaler["maxReplicas"]], [3, 5]);
  });

  it("has the budget of the values, and none for a single pod", () => {
    const budget = objectAt(find(represent("istiod", values), "PodDisruptionBudget"), "spec");
    assert.deepEqual([budget["maxUnavailable"], budget["minAvailable"]], [1, undefined]);
    assert.equal(budget["unhealthyPodEvictionPolicy"], "AlwaysAllow");
    assert.equal(has(represent("istiod"), "PodDisruptionBudget"), false);
  });

  it("keeps the chart's defaults where the values say nothing, and takes them below pilot, too", () => {
    const deployment = find(represent("istiod", { pilot: { autoscaleMin: 2 } }), "Deployment");
    assert.equal(at(deployment, "spec", "replicas"), 2);
    assert.deepEqual(at(firstContainer(deployment), "resources", "requests"), { cpu: "500m", memory: "2048Mi" });
  });

  it("names a revision's objects so that two stand side by side", () => {
    const objects = represent("istiod", { revision: "1-31" });
    const deployment = find(objects, "Deployment", "istiod-1-31");
    assert.deepEqual(at(deployment, "spec", "selector", "matchLabels"), { app: "istiod", "istio.io/rev": "1-31" });
    find(objects, "Service", "istiod-1-31");
  });

  it("injects where a tag points at its revision, noting on the pod which one it was", () => {
    const objects = represent("istiod", { revision: "1-31" });
    const name = "istio-sidecar-injector-1-31-mesh-tags";
    const binding = find(objects, "MutatingAdmissionPolicyBinding", name);
    assert.deepEqual(at(binding, "spec", "paramRef", "selector"), { matchLabels: { "istio.io/rev": "1-31" } });
    const policy = find(objects, "MutatingAdmissionPolicy", name);
    assert.equal(at(policy, "spec", "paramKind", "kind"), "MutatingWebhookConfiguration");
    const [mutation] = listAt(policy, "spec", "mutations");
    assert.match(String(at(mutation, "applyConfiguration", "expression")), /'istio\.io\/rev': '1-31'/);
  });

  it("injects sidecars of the mesh's size into labelled namespaces, but not into gateways or where pods refuse", () => {
    const objects = represent("istiod", values);
    const policy = find(objects, "MutatingAdmissionPolicy");
    const [mutation] = listAt(policy, "spec", "mutations");
    const expression = String(at(mutation, "applyConfiguration", "expression"));
    assert.match(expression, /restartPolicy: 'Always'/);
    assert.match(expression, /'cpu': '10m', 'memory': '128Mi'/);
    const conditions = JSON.stringify(at(policy, "spec", "matchConditions"));
    assert.match(conditions, /inject\.istio\.io\/templates/);
    const namespaces = objects
      .filter((object) => object.kind === "MutatingAdmissionPolicyBinding")
      .map((object) => JSON.stringify(at(object, "spec", "matchResources")));
    assert.ok(namespaces.some((rule) => rule.includes('"istio-injection","operator":"In","values":["enabled"]')));
    assert.ok(namespaces.some((rule) => rule.includes('"istio.io/rev","operator":"In","values":["default"]')));
  });
});

describe("the representation of a gateway", () => {
  it("takes labels from the release's name without istio-, and a load balancer by default", () => {
    const objects = represent("gateway", { autoscaling: { minReplicas: 2, maxReplicas: 5 } }, "istio-ingressgateway");
    const deployment = find(objects, "Deployment", "istio-ingressgateway");
    const selector = { app: "istio-ingressgateway", istio: "ingressgateway" };
    assert.deepEqual(at(deployment, "spec", "selector", "matchLabels"), selector);
    assert.equal(at(deployment, "spec", "replicas"), 2);
    assert.equal(podSpec(deployment)["serviceAccountName"], "istio-ingressgateway");
    assert.equal(at(deployment, "spec", "template", "metadata", "annotations", "inject.istio.io/templates"), "gateway");
    const service = objectAt(find(objects, "Service"), "spec");
    assert.equal(service["type"], "LoadBalancer");
    assert.deepEqual(
      listAt(service, "ports").map((port) => at(port, "port")),
      [15021, 80, 443],
    );
    assert.notEqual(at(firstContainer(deployment), "image"), "auto");
  });

  it("takes ports, type and annotations of the Service from the values, and can do without one", () => {
    const ports = [{ name: "https", port: 443, targetPort: 8443, protocol: "TCP" }];
    const service = find(
      represent("gateway", { service: { type: "ClusterIP", ports, annotations: { a: "b" } } }),
      "Service",
    );
    assert.deepEqual([at(service, "spec", "type"), at(service, "spec", "ports")], ["ClusterIP", ports]);
    assert.equal(service.metadata.annotations?.["a"], "b");
    assert.equal(has(represent("gateway", { service: { type: "None" } }), "Service"), false);
  });

  it("has a fixed number of pods without an autoscaler", () => {
    const objects = represent("gateway", { autoscaling: { enabled: false }, replicaCount: 4 });
    assert.equal(at(find(objects, "Deployment"), "spec", "replicas"), 4);
    assert.equal(has(objects, "HorizontalPodAutoscaler"), false);
  });
});

describe("representations of addons", () => {
  it("prometheus leaves out the parts that are switched off", () => {
    const off = { enabled: false };
    const parts = {
      alertmanager: off,
      "kube-state-metrics": off,
      "prometheus-node-exporter": off,
      "prometheus-pushgateway": off,
    };
    const objects = represent("prometheus", { ...parts, server: { resources: { requests: { cpu: "200m" } } } });
    assert.deepEqual(
      objects.filter((object) => /Set|Deployment/.test(object.kind)).map((object) => object.metadata.name),
      ["prometheus-server"],
    );
    assert.deepEqual(at(firstContainer(find(objects, "Deployment")), "resources"), { requests: { cpu: "200m" } });
    assert.deepEqual(
      listAt(find(objects, "Service", "prometheus-server"), "spec", "ports").map((port) => at(port, "port")),
      [80],
    );
  });

  it("Services answer at the addresses that the mesh uses", () => {
    const ports = (chart: string, name: string) =>
      listAt(find(represent(chart), "Service", name), "spec", "ports").map((port) => at(port, "port"));
    assert.ok(ports("jaeger", "jaeger").includes(4317));
    assert.ok(ports("jaeger", "jaeger").includes(16686));
    assert.deepEqual(ports("grafana", "grafana"), [80]);
    assert.ok(ports("kiali-server", "kiali").includes(20001));
  });

  it("kiali's own spelling of pod fields reaches the scheduler", () => {
    const deployment = {
      replicas: 2,
      node_selector: { pool: "a" },
      affinity: { pod_anti: { x: [1] } },
      resources: { requests: { cpu: "1" } },
    };
    const kiali = find(represent("kiali-server", { deployment }), "Deployment", "kiali");
    assert.deepEqual(podSpec(kiali)["nodeSelector"], { pool: "a" });
    assert.deepEqual(podSpec(kiali)["affinity"], { podAntiAffinity: { x: [1] } });
    assert.equal(at(kiali, "spec", "replicas"), 2);
  });

  it("the collector's mode decides the kind of its pods", () => {
    for (const [mode, kind] of [
      ["deployment", "Deployment"],
      ["daemonset", "DaemonSet"],
      ["statefulset", "StatefulSet"],
    ] as const) {
      find(represent("opentelemetry-collector", { mode }), kind);
    }
  });

  it("definitions of kinds that later objects are of are kept on removal", () => {
    const definition = find(
      represent("aws-load-balancer-controller"),
      "CustomResourceDefinition",
      "targetgroupbindings.elbv2.k8s.aws",
    );
    assert.equal(definition.metadata.annotations?.["helm.sh/resource-policy"], "keep");
  });
});

describe("values", () => {
  it("are laid over defaults as Helm does it: maps by key, lists whole, null takes away", () => {
    const defaults = { a: { b: 1, c: 2 }, list: [1, 2], gone: 1 };
    assert.deepEqual(overlay(defaults, { a: { b: 3 }, list: [9], gone: null }), { a: { b: 3, c: 2 }, list: [9] });
  });
});

describe("the representation of cert-manager", () => {
  it("brings definitions that go with the release and know the program's fields alone, where its values ask for them", () => {
    assert.ok(!has(represent("cert-manager"), "CustomResourceDefinition"));
    const objects = represent("cert-manager", { crds: { enabled: true, keep: false } });
    const definition = find(objects, "CustomResourceDefinition", "certificates.cert-manager.io");
    assert.equal(definition.metadata.annotations?.["helm.sh/resource-policy"], undefined);
    const [version] = listAt(definition, "spec", "versions");
    const spec = objectAt(version, "schema", "openAPIV3Schema", "properties", "spec");
    assert.doesNotMatch(JSON.stringify(spec), /preserve-unknown-fields/);
    const rotation = objectAt(spec, "properties", "privateKey", "properties", "rotationPolicy");
    assert.deepEqual(rotation["enum"], ["Never", "Always"]);
  });
});

describe("the representations of what issues certificates", () => {
  it("have pods that meet Pod Security restricted, by the charts' defaults or the values", () => {
    const restricted = {
      podSecurityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    };
    const values: Readonly<Record<string, JsonObject>> = {
      "cert-manager": {},
      "cert-manager-istio-csr": {},
      "aws-privateca-issuer": restricted,
    };
    for (const [chart, given] of Object.entries(values)) {
      const deployments = represent(chart, given).filter(({ kind }) => kind === "Deployment");
      assert.ok(deployments.length > 0, chart);
      for (const deployment of deployments) {
        const container = objectAt(firstContainer(deployment), "securityContext");
        const both = { ...objectAt(podSpec(deployment), "securityContext"), ...container };
        assert.equal(both["runAsNonRoot"], true, chart);
        assert.deepEqual(both["seccompProfile"], { type: "RuntimeDefault" }, chart);
        assert.equal(container["allowPrivilegeEscalation"], false, chart);
        assert.deepEqual(container["capabilities"], { drop: ["ALL"] }, chart);
      }
    }
  });
});

describe("the representation of Karpenter", () => {
  it("checks what the program writes, and knows no other field", () => {
    const crds = represent("karpenter-crd").filter(({ kind }) => kind === "CustomResourceDefinition");
    const spec = (name: string) => {
      const crd = crds.find(({ metadata }) => metadata.name === name);
      const [version] = listAt(crd, "spec", "versions");
      return objectAt(version, "schema", "openAPIV3Schema", "properties", "spec");
    };
    for (const name of ["nodepools.karpenter.sh", "ec2nodeclasses.karpenter.k8s.aws"]) {
      assert.doesNotMatch(JSON.stringify(spec(name)), /preserve-unknown-fields/, name);
    }
    const devices = objectAt(spec("ec2nodeclasses.karpenter.k8s.aws"), "properties", "blockDeviceMappings", "items");
    assert.match(JSON.stringify(devices), /"volumeType":\{"type":"string","enum":\[[^\]]*"gp3"/);
  });

  it("keeps the controllers apart, and off the nodes of its own making", () => {
    const values = { controller: { resources: { requests: { cpu: "250m", memory: "512Mi" } } } };
    const objects = represent("karpenter", values);
    const spec = podSpec(find(objects, "Deployment"));
    const affinity = JSON.stringify(spec["affinity"]);
    assert.match(affinity, /"key":"karpenter\.sh\/nodepool","operator":"DoesNotExist"/);
    assert.match(affinity, /podAntiAffinity.*requiredDuringScheduling/);
    assert.equal(at(listAt(spec, "topologySpreadConstraints")[0], "whenUnsatisfiable"), "DoNotSchedule");
    assert.deepEqual(at(firstContainer(find(objects, "Deployment")), "resources"), values.controller.resources);
    assert.ok(has(objects, "PodDisruptionBudget") && !has(objects, "CustomResourceDefinition"));
  });
});

describe("redis-ha", () => {
  const values = {
    fullnameOverride: "redis",
    nameOverride: "redis",
    replicas: 3,
    podDisruptionBudget: { maxUnavailable: 1 },
    sentinel: { resources: { requests: { cpu: "10m" } } },
    hardAntiAffinity: false,
  };
  const objects = represent("redis-ha", values, "redis");

  it("has pods that the restricted Pod Security Standard lets pass, with all that their containers ask for", () => {
    const pods = podSpec(find(objects, "StatefulSet", "redis-server"));
    const containers = listAt(pods, "containers") as readonly JsonObject[];
    assert.deepEqual(
      containers.map(({ name }) => name),
      ["redis", "sentinel", "split-brain-fix"],
    );
    for (const { securityContext } of containers) {
      assert.deepEqual(objectAt(securityContext, "capabilities"), { drop: ["ALL"] });
    }
    assert.deepEqual(objectAt(containers[1], "resources"), { requests: { cpu: "10m" } });
    assert.ok("preferredDuringSchedulingIgnoredDuringExecution" in objectAt(pods, "affinity", "podAntiAffinity"));
    find(objects, "PodDisruptionBudget", "redis-pdb");
  });

  it("has an address for each of its pods, also while that is not ready", () => {
    for (const index of [0, 1, 2]) {
      const { spec } = find(objects, "Service", `redis-announce-${index}`) as unknown as { readonly spec: JsonObject };
      assert.equal(spec["publishNotReadyAddresses"], true);
      assert.equal(objectAt(spec, "selector")[POD_NAME], `redis-server-${index}`);
    }
  });
});
