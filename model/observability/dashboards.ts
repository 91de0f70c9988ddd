import type { HelmValues } from "../objects.ts";

export function dashboardValues(_namespace: string): HelmValues {
  return {};
}
