// Package v2 registers the objects of manifests.
package v2

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// RegisterResource registers an object of any kind under the type token that the SDKs of all languages use for it.
func RegisterResource(
	ctx *pulumi.Context, apiVersion, kind, name string, props pulumi.Input, opts ...pulumi.ResourceOption,
) (pulumi.CustomResource, error) {
	if apiVersion == "v1" {
		apiVersion = "core/v1"
	}
	var resource struct{ pulumi.CustomResourceState }
	if err := ctx.RegisterResource("kubernetes:"+apiVersion+":"+kind, name, props, &resource, opts...); err != nil {
		return nil, err
	}
	return &resource, nil
}
