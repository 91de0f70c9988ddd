import type { JsonObject, KubernetesObject } from "../../kubernetes/object.ts";

/** A release whose chart cannot be fetched here, as a representation sees it. */
export interface RepresentedChart {
  /** Release name. */
  readonly name: string;
  readonly namespace: string;
  /** Chart version, as the program pins it. */
  readonly version: string;
  /** The chart's defaults overlaid with the program's values. */
  readonly values: JsonObject;
}

/** Says which objects stand in for a chart's: those that the scheduler, the network or later objects depend on. */
export interface Representation {
  /** Values that the real chart has when the program gives none; only the ones that `objects` reads. */
  readonly defaults: JsonObject;
  /** In the order in which they are applied. */
  objects(release: RepresentedChart): readonly KubernetesObject[];
  /** Set when the chart brings Istio's CustomResourceDefinitions. */
  readonly installsIstioCrds?: boolean;
  /** Where the real chart accepts its values below a key of this name, too. */
  readonly valuesBelow?: string;
}
