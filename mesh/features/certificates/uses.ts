import type { StackConfig } from "../../stack/config.ts";

/** Whether the gateway's certificates come from cert-manager. */
export function certifiesGateway({ traffic }: StackConfig): boolean {
  return traffic.tls.mode === "certManager";
}

/** Whether the workloads' do. */
export function certifiesWorkloads({ mesh }: StackConfig): boolean {
  return mesh.istioCsr.enabled;
}

/** Whether anything of the stack needs cert-manager. */
export function usesCertManager(config: StackConfig): boolean {
  return certifiesGateway(config) || certifiesWorkloads(config);
}

/** Whether the stack brings cert-manager along. */
export function installsCertManager(config: StackConfig): boolean {
  return usesCertManager(config) && config.certificates.certManager.install;
}

/** Whether the stack's own ACME issuer signs. */
export function usesAcme(config: StackConfig): boolean {
  return certifiesGateway(config) && config.certificates.issuer === "acme";
}

/** Whether AWS Private CA signs, for the gateway or for workloads. */
export function usesPrivateCa(config: StackConfig): boolean {
  return (
    (certifiesGateway(config) && config.certificates.issuer === "privateCa") ||
    (certifiesWorkloads(config) && config.mesh.istioCsr.issuer === "privateCa")
  );
}

/** Hosted zone in which cert-manager proves who owns the hosts. */
export function challengeZone({ certificates, traffic }: StackConfig): string | undefined {
  return certificates.acme.zoneId ?? traffic.dns.zoneId;
}
