//go:build linux

// pod-init is the first process of each container of the sandbox. mesh-node starts it in new namespaces; it lays out
// the container's root, gives up the machine's, takes the container's user, and becomes the container's program.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"

	"ecommerce-mesh/toolchain/cluster/internal/spec"
)

// The code that a container exits with when it could not be started, as container runtimes have it.
const cannotStart = 128

// The bounding set of capabilities is a thread's own: the one that drops them must be the one that becomes the program.
func init() { runtime.LockOSThread() }

func main() {
	var container spec.Container
	file := os.NewFile(3, "container")
	if err := json.NewDecoder(file).Decode(&container); err != nil {
		fail(fmt.Errorf("reading the container's description: %w", err))
	}
	file.Close()
	if err := layOut(container); err != nil {
		fail(err)
	}
	if err := takeUser(container); err != nil {
		fail(err)
	}
	if container.Placeholder {
		servePlaceholder(container)
		return
	}
	fail(become(container))
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "pod-init:", err)
	os.Exit(cannotStart)
}
