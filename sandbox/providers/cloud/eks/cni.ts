import { type Plain, type PropertyMap, type PropertyValue, toPlainMap } from "../../protocol/index.ts";
import { map, whenKnown } from "./values.ts";

/** CNI options of the component, the environment variable each sets, and its default; undefined: not set at all. */
const ENVIRONMENT: readonly (readonly [option: string, variable: string, otherwise: string | undefined])[] = [
  ["nodePortSupport", "AWS_VPC_CNI_NODE_PORT_SUPPORT", undefined],
  ["customNetworkConfig", "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", undefined],
  ["warmEniTarget", "WARM_ENI_TARGET", "1"],
  ["warmIpTarget", "WARM_IP_TARGET", undefined],
  ["warmPrefixTarget", "WARM_PREFIX_TARGET", undefined],
  ["enablePrefixDelegation", "ENABLE_PREFIX_DELEGATION", undefined],
  ["logLevel", "AWS_VPC_K8S_CNI_LOGLEVEL", "DEBUG"],
  ["logFile", "AWS_VPC_K8S_CNI_LOG_FILE", "/host/var/log/aws-routed-eni/ipamd.log"],
  ["vethPrefix", "AWS_VPC_K8S_CNI_VETHPREFIX", "eni"],
  ["eniMtu", "AWS_VPC_ENI_MTU", "9001"],
  ["eniConfigLabelDef", "ENI_CONFIG_LABEL_DEF", undefined],
  ["pluginLogLevel", "AWS_VPC_K8S_PLUGIN_LOG_LEVEL", "DEBUG"],
  ["pluginLogFile", "AWS_VPC_K8S_PLUGIN_LOG_FILE", "/var/log/aws-routed-eni/plugin.log"],
  ["enablePodEni", "ENABLE_POD_ENI", "false"],
  ["cniConfigureRpfilter", "AWS_VPC_K8S_CNI_CONFIGURE_RPFILTER", undefined],
  ["cniCustomNetworkCfg", "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", "false"],
  ["externalSnat", "AWS_VPC_K8S_CNI_EXTERNALSNAT", undefined],
  ["cniExternalSnat", "AWS_VPC_K8S_CNI_EXTERNALSNAT", "false"],
];

/** The add-on's configuration as the published component computes it from its options. */
export function cniConfiguration(options: PropertyValue | undefined): PropertyValue {
  return whenKnown([options], (known) => sortedJson(configuration(toPlainMap(map(known)))));
}

function configuration(options: Record<string, Plain>): Record<string, Plain> {
  const env: Record<string, Plain> = {};
  for (const [option, variable, otherwise] of ENVIRONMENT) {
    const value = options[option] ?? otherwise;
    if (value !== undefined && !(variable in env)) {
      env[variable] = typeof value === "object" ? JSON.stringify(value) : String(value);
    }
  }
  const initEnv = { DISABLE_TCP_EARLY_DEMUX: String(options["disableTcpEarlyDemux"] === true) };
  const given = record(options["configurationValues"]);
  const init = record(given["init"]);
  const policy = options["enableNetworkPolicy"];
  return {
    ...(policy === undefined ? {} : { enableNetworkPolicy: policy === true ? "true" : "false" }),
    ...given,
    env: { ...env, ...record(given["env"]) },
    init: { ...init, env: { ...initEnv, ...record(init["env"]) } },
  };
}

const record = (value: Plain | undefined): Record<string, Plain> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};

/** JSON with its keys in order, so that the same options give the same text. */
export function sortedJson(value: Plain): string {
  return JSON.stringify(value, (_key, inner: Plain) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** The configuration of an add-on as text; absent when there is none. */
export function addonConfiguration(values: PropertyValue | undefined): PropertyValue | undefined {
  const present = (values ?? null) !== null;
  return present ? whenKnown([values], (known) => sortedJson(toPlainMap(known as PropertyMap))) : undefined;
}
