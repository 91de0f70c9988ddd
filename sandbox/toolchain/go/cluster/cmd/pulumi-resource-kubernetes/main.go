// Pulumi's Kubernetes provider, as its own command runs it. That command embeds files that only its release build
// generates; here the schema is read beside the executable, and the mapping from Terraform, which only converters ask for, is empty.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

// version is set by the linker to that of the SDK which the program is written with.
var version = "0.0.0"

func main() {
	self, err := os.Executable()
	if err != nil {
		fail(err)
	}
	schema, err := os.ReadFile(filepath.Join(filepath.Dir(self), "schema.json"))
	if err != nil {
		fail(err)
	}
	provider.Serve("kubernetes", version, schema, []byte("{}"))
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
