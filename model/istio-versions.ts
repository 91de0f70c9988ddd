/**
 * What is known of Istio's versions.
 * Source: istio.io, data/compatibility/supportStatus.yml (ends and Kubernetes versions) and security bulletins. Read
 * 2026-11-21. Kubernetes versions of 1.31: those that the file gives for `master` after 1.30.
 */
export const ISTIO_TABLE_DATE = "2026-11-21";

/** Kubernetes minor versions that an Istio minor version supports. */
export const ISTIO_KUBERNETES: Readonly<Record<string, { readonly min: number; readonly max: number }>> = {
  "1.30": { min: 32, max: 36 },
  "1.31": { min: 32, max: 36 },
};

/** Minor versions that receive no fixes any more, with the day of their end. */
const ENDED: Readonly<Record<string, string>> = { "1.28": "2026-07-01", "1.29": "2026-10-15" };

/** First patch without the flaw, by minor version: ISTIO-SECURITY-2026-007. */
const FIXED_2026_007: Readonly<Record<string, number>> = { "1.30": 7, "1.31": 2 };

/** Why a version must not be installed; undefined when nothing speaks against it. */
export function istioRefusal(version: string): { readonly reason: string; readonly mend: string } | undefined {
  const [major = "", minor = "", patch = ""] = version.split(/[.-]/);
  const line = `${major}.${minor}`;
  const ended = ENDED[line];
  if (ended !== undefined) {
    return { reason: `Istio ${line} is past its end of life (${ended})`, mend: "use 1.30.7" };
  }
  if (ISTIO_KUBERNETES[line] === undefined) {
    const known = Object.keys(ISTIO_KUBERNETES).join(", ");
    return { reason: `Istio ${line} is not in the support table of ${ISTIO_TABLE_DATE}`, mend: `known: ${known}` };
  }
  const fixed = FIXED_2026_007[line] ?? 0;
  if (version.includes("-") || Number(patch) < fixed) {
    return {
      reason: `Istio ${version} carries ISTIO-SECURITY-2026-007: AuthorizationPolicy method rules can be bypassed over HTTP/2`,
      mend: `use ${line}.${fixed} or later`,
    };
  }
  return undefined;
}
