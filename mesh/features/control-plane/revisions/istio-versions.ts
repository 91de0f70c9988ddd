/**
 * What is known of Istio's versions. Read on {@link ISTIO_TABLE_DATE} from
 * https://istio.io/latest/docs/releases/supported-releases/ and its data/compatibility/supportStatus.yml (ends, Kubernetes;
 * of 1.31 those that the file gives for `master` after 1.30), and https://istio.io/latest/news/security/ (bulletins).
 */
export const ISTIO_TABLE_DATE = "2026-11-21";

/** Kubernetes minor versions that an Istio minor version supports; the lines that receive fixes, oldest first. */
export const ISTIO_KUBERNETES: Readonly<Record<string, { readonly min: number; readonly max: number }>> = {
  "1.30": { min: 32, max: 36 },
  "1.31": { min: 32, max: 36 },
};

/** Minor versions that receive no fixes any more, with the day of their end where it is known. */
const ENDED: Readonly<Record<string, string>> = { "1.28": "2026-07-01", "1.29": "2026-10-15" };

/** A security bulletin, and the first patch of each line without the flaw. */
interface Bulletin {
  readonly id: string;
  readonly flaw: string;
  readonly fixed: Readonly<Record<string, number>>;
}

/**
 * The bulletins of the lines above, newest first. 007 names 1.29.9; that 1.30.7 and 1.31.2, the patches of the same days,
 * fix 1.30 and 1.31 is inferred. 1.31.0 came after 006.
 */
const BULLETINS: readonly Bulletin[] = [
  {
    id: "ISTIO-SECURITY-2026-007",
    flaw: "AuthorizationPolicy method rules can be bypassed over HTTP/2",
    fixed: { "1.30": 7, "1.31": 2 },
  },
  { id: "ISTIO-SECURITY-2026-006", flaw: "an EnvoyFilter can bring istiod down", fixed: { "1.30": 4 } },
  { id: "ISTIO-SECURITY-2026-005", flaw: "requests can bring proxies down", fixed: { "1.30": 3 } },
  { id: "ISTIO-SECURITY-2026-004", flaw: "HTTP/2 cookies can exhaust a proxy's memory", fixed: { "1.30": 1 } },
];

/** Why something must not be, and what to do about it. */
export interface VersionRefusal {
  readonly reason: string;
  readonly remediation: string;
}

/** Why a version must not be installed; undefined when nothing speaks against it. */
export function istioRefusal(version: string): VersionRefusal | undefined {
  const { line, minor, patch } = parse(version);
  if (ISTIO_KUBERNETES[line] === undefined) {
    return unsupported(line, minor);
  }
  const open = BULLETINS.filter(({ fixed }) => isPreRelease(version) || patch < (fixed[line] ?? 0));
  const [newest, ...older] = open;
  if (newest === undefined) {
    return undefined;
  }
  const others = older.length === 0 ? "" : `; and ${older.map(({ id }) => id).join(", ")}`;
  return {
    reason: `Istio ${version} carries ${newest.id}: ${newest.flaw}${others}`,
    remediation: `use ${safePatch(line)} or later; https://istio.io/latest/news/security/${newest.id.toLowerCase()}/, table of ${ISTIO_TABLE_DATE}`,
  };
}

function unsupported(line: string, minor: number): VersionRefusal {
  const known = Object.keys(ISTIO_KUBERNETES);
  const source = `https://istio.io/latest/docs/releases/supported-releases/, table of ${ISTIO_TABLE_DATE}`;
  if (line.startsWith("1.") && minor < parse(known[0] ?? "").minor) {
    const day = ENDED[line];
    return {
      reason: `Istio ${line} is past its end of life${day === undefined ? "" : ` (${day})`}`,
      remediation: `use ${known.map(safePatch).join(" or ")} or later; ${source}`,
    };
  }
  return {
    reason: `Istio ${line} is not in the support table of ${ISTIO_TABLE_DATE}`,
    remediation: `known: ${known.join(", ")}; ${source}`,
  };
}

/** First patch of a line that no bulletin names. */
function safePatch(line: string): string {
  return `${line}.${Math.max(0, ...BULLETINS.map(({ fixed }) => fixed[line] ?? 0))}`;
}

/**
 * Why a mesh must not go from one version to another; undefined when it may. Going back is held to the same step.
 *
 * By revision Istio itself supports two minor versions at once ("Canary Upgrades"), in place one. But there is one istio-cni
 * for both control planes, which works with its own minor version and the next ("Upgrade with Helm", ambient): so one it is.
 */
export function upgradeRefusal(from: string, to: string): VersionRefusal | undefined {
  const [one, other] = [parse(from), parse(to)];
  if (one.major === other.major && Math.abs(other.minor - one.minor) <= 1) {
    return undefined;
  }
  const between = `${one.major}.${one.minor + Math.sign(other.minor - one.minor)}`;
  return {
    reason: `Istio goes one minor version at a time, as istio-cni works with its own and the next; from ${from} to ${to} is more`,
    remediation: `go ${one.major === other.major ? `to ${between} first` : "through every minor version between them"}; https://istio.io/latest/docs/ambient/upgrade/helm/, read ${ISTIO_TABLE_DATE}`,
  };
}

/** Order of versions: negative when the first is older. A pre-release is older than its release. */
export function compareVersions(one: string, other: string): number {
  const [first, second] = [parse(one), parse(other)];
  return (
    first.major - second.major ||
    first.minor - second.minor ||
    first.patch - second.patch ||
    Number(isPreRelease(other)) - Number(isPreRelease(one))
  );
}

function parse(version: string) {
  const [major = "", minor = "", patch = ""] = version.split(/[.-]/);
  return { line: `${major}.${minor}`, major: Number(major), minor: Number(minor), patch: Number(patch) };
}

function isPreRelease(version: string): boolean {
  return version.includes("-");
}
