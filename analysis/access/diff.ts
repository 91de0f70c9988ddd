import type { AccessEdge } from "./matrix.ts";
import type { Grant } from "./grants.ts";

/** What changes for one ordered pair. */
export interface AccessChange {
  readonly from: string;
  readonly to: string;
  /** Requests that pass now and did not, and those that did. A permission that is narrowed is closed whole and opened again. */
  readonly opened: readonly Grant[];
  readonly closed: readonly Grant[];
}

/** What a change opens and closes: pairs whose grants differ; one that only another object gives is no difference. */
export function accessChanges(before: readonly AccessEdge[], after: readonly AccessEdge[]): AccessChange[] {
  const keys = [...new Set([...before, ...after].map(key))];
  const find = (edges: readonly AccessEdge[]) => new Map(edges.map((edge) => [key(edge), edge]));
  const [old, current] = [find(before), find(after)];
  return keys.flatMap((pair) => {
    const [earlier, later] = [old.get(pair), current.get(pair)];
    const opened = without(later?.grants ?? [], earlier?.grants ?? []);
    const closed = without(earlier?.grants ?? [], later?.grants ?? []);
    const edge = later ?? earlier;
    return edge === undefined || opened.length + closed.length === 0
      ? []
      : [{ from: edge.from, to: edge.to, opened, closed }];
  });
}

function key({ from, to }: AccessEdge): string {
  return `${from} -> ${to}`;
}

function without(grants: readonly Grant[], others: readonly Grant[]): Grant[] {
  const known = new Set(others.map(meaning));
  return grants.filter((grant) => !known.has(meaning(grant)));
}

/** A grant without the object that gives it. */
function meaning({ methods, paths, ports, conditions }: Grant): string {
  return JSON.stringify([methods.toSorted(), paths.toSorted(), ports?.toSorted(), conditions.toSorted()]);
}
