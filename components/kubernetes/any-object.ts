import type * as pulumi from "@pulumi/pulumi";
import type { CoreObject, GatewayApiObject, IstioObject, WaypointObject } from "../../mesh/kubernetes/objects.ts";
import { createCoreObject } from "./core-object.ts";
import { createCustomObject } from "./custom-object.ts";

type CustomObject = IstioObject | WaypointObject | GatewayApiObject;

/** Registers an object of Kubernetes, of Istio or of the Gateway API as what it is. */
export function createObject(
  parentName: string,
  object: CoreObject | CustomObject,
  options: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  return isCustomObject(object)
    ? createCustomObject(parentName, object, options)
    : createCoreObject(parentName, object, options);
}

function isCustomObject(object: CoreObject | CustomObject): object is CustomObject {
  return /\.istio\.io\/|^gateway\.networking\.k8s\.io\//.test(object.apiVersion);
}
