import type { Check } from "../stack/check.ts";
import type { Problem } from "../stack/errors.ts";
import type { StackData } from "../stack/stack.ts";
import { checkAccess, checkMutualTls, checkTokens } from "../features/authorization/checks-access.ts";
import { checkAmbient } from "../features/data-plane/checks-ambient.ts";
import { checkCalls } from "../features/workloads/checks-calls.ts";
import { checkCanary } from "../features/canary/checks.ts";
import { checkCapacity } from "../capacity/checks.ts";
import { checkEndpoints } from "../aws/network/checks-endpoints.ts";
import { checkExistingNetwork } from "../aws/network/checks-existing-network.ts";
import { checkExternalServices } from "../features/egress/checks-external-services.ts";
import { checkFaults } from "../features/routing/checks-faults.ts";
import { checkLoadBalancer } from "../features/gateways/checks-load-balancer.ts";
import { checkLoadBalancing } from "../features/routing/checks-load-balancing.ts";
import { checkMirrors } from "../features/routing/checks-mirrors.ts";
import { checkGatewayApi } from "../features/gateway-api/checks.ts";
import { checkGateways } from "../features/gateways/checks.ts";
import { checkInternalGateway } from "../features/gateways/checks-internal-gateway.ts";
import { checkMesh } from "../features/control-plane/checks-mesh.ts";
import { checkCertificates } from "../features/certificates/checks.ts";
import { checkIstioCsr } from "../features/certificates/checks-istio-csr.ts";
import { checkCluster } from "../aws/checks-cluster.ts";
import { checkKarpenter } from "../aws/karpenter/checks.ts";
import { checkMultiCluster } from "../features/multi-cluster/checks.ts";
import { checkNames } from "./names.ts";
import { checkNamespaces } from "../features/workloads/checks-namespaces.ts";
import { checkNetwork } from "../aws/network/checks.ts";
import { checkObservability } from "../features/observability/checks.ts";
import { checkPartition } from "../aws/checks-partition.ts";
import { checkPlainSecrets } from "../features/authorization/checks-plain-secrets.ts";
import { checkPassthrough } from "../features/routing/checks-passthrough.ts";
import { checkPodAddresses } from "../aws/network/checks-pod-addresses.ts";
import { checkPrecedence } from "../features/routing/checks-precedence.ts";
import { checkPorts } from "../features/workloads/checks-ports.ts";
import { checkProduction } from "./production.ts";
import { checkRevisions } from "../features/control-plane/checks-revisions.ts";
import { checkRetries } from "../features/routing/checks-retries.ts";
import { checkRateLimits } from "../features/rate-limits/checks.ts";
import { checkRoutes } from "../features/routing/checks-routes.ts";
import { checkRules } from "../features/routing/checks-rules.ts";
import { checkSidecars } from "../features/data-plane/checks-sidecars.ts";
import { checkTraffic } from "../features/routing/checks-traffic.ts";
import { checkVersions } from "../features/control-plane/checks-versions.ts";
import { checkWeights } from "../features/canary/checks-weights.ts";
import { checkZones } from "../aws/network/checks-zones.ts";

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
