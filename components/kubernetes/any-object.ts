import type * as pulumi from "@pulumi/pulumi";
import type { CoreObject, IstioObject } from "../../model/objects.ts";
import { createCoreObject } from "./core-object.ts";
import { createIstioObject } from "./istio-object.ts";

/** Registers an object of Kubernetes or of Istio as what it is. */
export function createObject(
  parentName: string,
  object: CoreObject | IstioObject,
  options: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  return isIstioObject(object)
    ? createIstioObject(parentName, object, options)
    : createCoreObject(parentName, object, options);
}

function isIstioObject(object: CoreObject | IstioObject): object is IstioObject {
  return object.apiVersion.includes(".istio.io/");
}
