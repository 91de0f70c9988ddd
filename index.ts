import { program } from "./components/program.ts";

const outputs = program();

/** Name of the cluster. */
export const clusterName = outputs.clusterName;
/** Address of the Kubernetes API server (`platform.kind: eks`). */
export const clusterEndpoint = outputs.clusterEndpoint;
/** Kubeconfig as JSON; secret (`platform.kind: eks`). */
export const kubeconfig = outputs.kubeconfig;
/** Id of the VPC (`platform.kind: eks`). */
export const vpcId = outputs.vpcId;
/** Ids of the public subnets, in the order of the zones (`platform.kind: eks`). */
export const publicSubnetIds = outputs.publicSubnetIds;
/** Ids of the private subnets, in the order of the zones (`platform.kind: eks`). */
export const privateSubnetIds = outputs.privateSubnetIds;
/** ARN of the nodes' IAM role (`platform.kind: eks`). */
export const nodeRoleArn = outputs.nodeRoleArn;
/** ARNs of the IAM roles of control plane, nodes and every controller, by name (`platform.kind: eks`). */
export const roleArns = outputs.roleArns;
/** ARN of the KMS key that encrypts Secrets, logs and volumes (`platform.kind: eks`). */
export const encryptionKeyArn = outputs.encryptionKeyArn;
/** Host name of the load balancer in front of the gateway; null without one. */
export const loadBalancerHostName = outputs.loadBalancerHostName;
/** Host names that the gateway answers. */
export const hosts = outputs.hosts;
/** Namespace of the application. */
export const namespace = outputs.namespace;
/** Istio's version. */
export const meshVersion = outputs.meshVersion;
/** Password of Grafana's user `admin`; secret. */
export const grafanaPassword = outputs.grafanaPassword;
/** Certificate, PEM, of the authority behind the gateway's own; null where the stack does not make it. */
export const gatewayAuthority = outputs.gatewayAuthority;
