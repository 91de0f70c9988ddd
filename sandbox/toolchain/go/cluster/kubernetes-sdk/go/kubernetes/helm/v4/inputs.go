// Package v4 has the inputs of the component Chart that are objects.
package v4

import (
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// PostRenderer is a command that changes what a chart has rendered.
type PostRenderer struct {
	Args    []string `pulumi:"args"`
	Command string   `pulumi:"command"`
}

// PostRendererInput is an input that resolves to a PostRenderer.
type PostRendererInput interface {
	pulumi.Input
	ToPostRendererOutput() PostRendererOutput
}

// PostRendererOutput is what the engine hands over for a PostRendererInput.
type PostRendererOutput struct{ *pulumi.OutputState }

// ElementType is the type of an input that is resolved.
func (PostRendererOutput) ElementType() reflect.Type { return reflect.TypeFor[PostRenderer]() }

// ToPostRendererOutput returns the output itself.
func (o PostRendererOutput) ToPostRendererOutput() PostRendererOutput { return o }

// RepositoryOpts says how to reach a chart's repository.
type RepositoryOpts struct {
	CaFile   pulumi.AssetOrArchive `pulumi:"caFile"`
	CertFile pulumi.AssetOrArchive `pulumi:"certFile"`
	KeyFile  pulumi.AssetOrArchive `pulumi:"keyFile"`
	Password *string               `pulumi:"password"`
	Repo     *string               `pulumi:"repo"`
	Username *string               `pulumi:"username"`
}

// RepositoryOptsInput is an input that resolves to RepositoryOpts.
type RepositoryOptsInput interface {
	pulumi.Input
	ToRepositoryOptsOutput() RepositoryOptsOutput
}

// RepositoryOptsOutput is what the engine hands over for a RepositoryOptsInput.
type RepositoryOptsOutput struct{ *pulumi.OutputState }

// ElementType is the type of an input that is resolved.
func (RepositoryOptsOutput) ElementType() reflect.Type { return reflect.TypeFor[RepositoryOpts]() }

// ToRepositoryOptsOutput returns the output itself.
func (o RepositoryOptsOutput) ToRepositoryOptsOutput() RepositoryOptsOutput { return o }

func init() {
	pulumi.RegisterOutputType(PostRendererOutput{})
	pulumi.RegisterOutputType(RepositoryOptsOutput{})
}
