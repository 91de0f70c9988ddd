import { program } from "./components/program.ts";

/** Outputs of the stack; what each means is written at `PlatformOutputs` in components/base.ts. */
export const {
  clusterName,
  clusterEndpoint,
  kubeconfig,
  vpcId,
  publicSubnetIds,
  privateSubnetIds,
  nodeRoleArn,
  roleArns,
  encryptionKeyArn,
  loadBalancerHostName,
  hosts,
  namespace,
  meshVersion,
  grafanaPassword,
  gatewayAuthority,
} = program();
