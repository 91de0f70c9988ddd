import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { GatewayApiObject, IstioObject, WaypointObject } from "../../model/objects.ts";
import { resourceName } from "./core-object.ts";

/**
 * Registers one of Istio's custom resources, or of the Gateway API's that istiod reads. The only place that does: types come from the model, and istiod's
 * validation webhook sees the object, so it must be created after the mesh answers.
 * @param parentName name of the component that owns it; the resource is called `<parentName>-<kind>-<object>`
 */
export function createIstioObject(
  parentName: string,
  object: IstioObject | WaypointObject | GatewayApiObject,
  options: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
  const { apiVersion, kind, metadata, spec } = object;
  return new k8s.apiextensions.CustomResource(
    resourceName(parentName, object),
    { apiVersion, kind, metadata, spec },
    options,
  );
}
