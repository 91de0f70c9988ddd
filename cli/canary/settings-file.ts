import { isMap, isScalar, parseDocument, type Document } from "yaml";
import type { CanaryValue } from "../../mesh/features/canary/steps.ts";
import { PROJECT_NAME } from "../../sandbox/driver/paths.ts";
import { CommandError } from "../../mesh/stack/errors.ts";

/** Where a canary's share stands. */
export interface CanaryPlace {
  /** Name of the catalog's service. */
  readonly service: string;
  /** The key that holds now, wherever it stands. */
  readonly current: CanaryValue["key"];
  /** Name of the catalog's file, for messages. */
  readonly catalogFile: string;
}

/**
 * The text of a stack's settings with a canary's phase or weight set. Comments, order and all else stay as they are: a
 * number that stands there already is exchanged in place.
 * @throws CommandError `canary.catalog-phase` when the other key stands in the catalog, where this file cannot take it away.
 */
export function withCanary(text: string, place: CanaryPlace, to: CanaryValue): string {
  const document = parseDocument(text);
  const services = ["config", servicesKey(document)];
  const canary = [...services, place.service, "canary"];
  const present = document.getIn([...canary, to.key], true);
  const isAlone = to.key === place.current || !document.hasIn([...canary, place.current]);
  if (to.key !== place.current && isAlone) {
    throw new CommandError(
      "canary.catalog-phase",
      `${place.catalogFile} says the ${place.current} of ${place.service}, so this stack can set only that`,
      place.current === "phase"
        ? "Choose the share of one of the phases, or move the phase from the catalog into the stack's file."
        : "Move the weight from the catalog into the stack's file.",
    );
  }
  if (isAlone && isScalar(present) && present.range) {
    const [start, end] = present.range;
    return `${text.slice(0, start)}${to.value}${text.slice(end)}`;
  }
  if (to.key !== place.current) {
    document.deleteIn([...canary, place.current]);
  }
  document.setIn([...canary, to.key], to.value);
  keepOnOneLine(document, services, place.service);
  return document.toString({ lineWidth: 0, flowCollectionPadding: usesPadding(text) });
}

/** The key of the overrides: with the project's name, or bare, as Pulumi takes both. */
function servicesKey(document: Document): string {
  return document.hasIn(["config", "services"]) ? "services" : `${PROJECT_NAME}:services`;
}

/** A new entry looks as the others of the file do: `canary: { phase: 2 }`. */
function keepOnOneLine(document: Document, services: readonly string[], service: string): void {
  const canary = document.getIn([...services, service, "canary"], true);
  if (isMap(canary) && canary.items.length === 1) {
    canary.flow = true;
  }
}

function usesPadding(text: string): boolean {
  return !/\{\S/.test(text);
}
