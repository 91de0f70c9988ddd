// Package kubernetes and those below it are the part of Pulumi's Go SDK for Kubernetes that its provider uses: they register
// the children of the provider's own components (Chart v4, ConfigFile and ConfigGroup v2). The SDK itself has a Go type for
// each field of each kind of each version of Kubernetes, for which the provider asks nowhere: a fourth of all that was
// compiled on the first run (469 of 1792 CPU seconds, 2026-11-27).
package kubernetes

import "reflect"

// UntypedArgs are the inputs of a resource as its manifest has them.
type UntypedArgs map[string]any

// ElementType is the type of an input that is resolved.
func (UntypedArgs) ElementType() reflect.Type {
	return reflect.TypeFor[map[string]any]()
}
