import type * as pulumi from "@pulumi/pulumi";
import type { CoreObject, IstioObject, WaypointObject } from "../../model/objects.ts";
import { createCoreObject } from "./core-object.ts";
import { createIstioObject } from "./istio-object.ts";

/** Registers an object of Kubernetes, of Istio or of the Gateway API as what it is. */
export function createObject(
  parentName: string,
  object: CoreObject | IstioObject | WaypointObject,
  options: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  return isIstioObject(object)
    ? createIstioObject(parentName, object, options)
    : createCoreObject(parentName, object, options);
}

function isIstioObject(object: CoreObject | IstioObject | WaypointObject): object is IstioObject | WaypointObject {
  return /\.istio\.io\/|^gateway\.networking\.k8s\.io\//.test(object.apiVersion);
}
