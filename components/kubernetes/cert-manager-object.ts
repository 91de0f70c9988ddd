import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { CertManagerObject } from "../../model/certificates/objects.ts";
import { resourceName } from "./core-object.ts";

/**
 * Registers one of cert-manager's custom resources, or of an issuer beside it. cert-manager's webhook sees the object, so it must be
 * created after that answers. Deleting it takes what cert-manager has made for it along, orders and challenges first: as long as the
 * controller runs, no finalizer stays.
 * @param parentName name of the component that owns it; the resource is called `<parentName>-<kind>-<object>`
 */
export function createCertManagerObject(
  parentName: string,
  object: CertManagerObject,
  options: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
  const { apiVersion, kind, metadata, spec } = object;
  return new k8s.apiextensions.CustomResource(
    resourceName(parentName, object),
    { apiVersion, kind, metadata, spec },
    options,
  );
}
