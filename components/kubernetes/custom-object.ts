import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { CertManagerObject } from "../../mesh/kubernetes/cert-manager.ts";
import type { GatewayApiObject, IstioObject, WaypointObject } from "../../mesh/kubernetes/objects.ts";
import { resourceName } from "./core-object.ts";

/**
 * Registers a custom resource of Istio, of the Gateway API that istiod reads, or of cert-manager and the issuers beside it. The only
 * place that does: types come from the model, and a webhook of istiod or cert-manager sees the object, so it must be created after
 * that answers. Deleting one of cert-manager's takes what cert-manager has made for it along, orders and challenges first: as long as
 * the controller runs, no finalizer stays.
 * @param parentName name of the component that owns it; the resource is called `<parentName>-<kind>-<object>`
 */
export function createCustomObject(
  parentName: string,
  object: IstioObject | WaypointObject | GatewayApiObject | CertManagerObject,
  options: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
  const { apiVersion, kind, metadata, spec } = object;
  return new k8s.apiextensions.CustomResource(
    resourceName(parentName, object),
    { apiVersion, kind, metadata, spec },
    options,
  );
}
