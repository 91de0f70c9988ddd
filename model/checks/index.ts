import type { Problem } from "../../config/errors.ts";
import type { StackData } from "../stack.ts";
import { checkAccess, checkMutualTls, checkTokens } from "./access.ts";
import { checkAmbient } from "./ambient.ts";
import { checkCalls } from "./calls.ts";
import { checkCanary } from "./canary.ts";
import { checkCapacity } from "./capacity.ts";
import { checkEndpoints } from "./endpoints.ts";
import { checkExistingNetwork } from "./existing-network.ts";
import { checkExternalServices } from "./external-services.ts";
import { checkFaults } from "./faults.ts";
import { checkLoadBalancer } from "./load-balancer.ts";
import { checkLoadBalancing } from "./load-balancing.ts";
import { checkMirrors } from "./mirrors.ts";
import { checkGatewayApi } from "./gateway-api.ts";
import { checkGateways } from "./gateways.ts";
import { checkInternalGateway } from "./internal-gateway.ts";
import { checkMesh } from "./mesh.ts";
import { checkCertificates } from "./certificates.ts";
import { checkIstioCsr } from "./istio-csr.ts";
import { checkCluster } from "./cluster.ts";
import { checkKarpenter } from "./karpenter.ts";
import { checkMultiCluster } from "./multi-cluster.ts";
import { checkNames } from "./names.ts";
import { checkNamespaces } from "./namespaces.ts";
import { checkNetwork } from "./network.ts";
import { checkObservability } from "./observability.ts";
import { checkPartition } from "./partition.ts";
import { checkPlainSecrets } from "./plain-secrets.ts";
import { checkPassthrough } from "./passthrough.ts";
import { checkPodAddresses } from "./pod-addresses.ts";
import { checkPrecedence } from "./precedence.ts";
import { checkPorts } from "./ports.ts";
import { checkProduction } from "./production.ts";
import { checkRevisions } from "./revisions.ts";
import { checkRetries } from "./retries.ts";
import { checkRateLimits } from "./rate-limits.ts";
import { checkRoutes } from "./routes.ts";
import { checkRules } from "./rules.ts";
import { checkSidecars } from "./sidecars.ts";
import { checkTraffic } from "./traffic.ts";
import { checkVersions } from "./versions.ts";
import { checkWeights } from "./weights.ts";
import { checkZones } from "./zones.ts";

/** A rule over a whole stack: pure, and gives every problem that it finds. */
export type Check = (stack: StackData) => Problem[];

/** Every cross-check, one concern each. */
const CHECKS: readonly Check[] = [
  checkZones,
  checkPartition,
  checkNetwork,
  checkExistingNetwork,
  checkEndpoints,
  checkPodAddresses,
  checkRevisions,
  checkMultiCluster,
  checkAmbient,
  checkGatewayApi,
  checkVersions,
  checkMesh,
  checkGateways,
  checkInternalGateway,
  checkCluster,
  checkKarpenter,
  checkWeights,
  checkCanary,
  checkRules,
  checkPrecedence,
  checkRetries,
  checkMirrors,
  checkFaults,
  checkLoadBalancing,
  checkExternalServices,
  checkCalls,
  checkAccess,
  checkTokens,
  checkMutualTls,
  checkPlainSecrets,
  checkPorts,
  checkPassthrough,
  checkSidecars,
  checkRoutes,
  checkRateLimits,
  checkNames,
  checkNamespaces,
  checkTraffic,
  checkCertificates,
  checkIstioCsr,
  checkLoadBalancer,
  checkObservability,
  checkProduction,
  checkCapacity,
];

/** All that is wrong with a stack whose values are well-formed one by one. */
export function checkStack(stack: StackData): Problem[] {
  return CHECKS.flatMap((check) => check(stack));
}
