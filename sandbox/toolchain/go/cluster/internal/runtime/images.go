//go:build linux

package runtime

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"

	"ecommerce-mesh/toolchain/cluster/internal/spec"
)

// Image is what runs in place of a container image.
type Image struct {
	// Entrypoint is used where the container names no command.
	Entrypoint []string
	// Mounts bring the program and its data to where the image has them.
	Mounts []spec.Mount
	// Env is set after the container's own.
	Env []string
	// Default user, as the image has it.
	UID int
}

// Images finds programs by the last part of an image's name.
type Images struct {
	// Tools is the toolchain's directory.
	Tools string
}

// Find returns the program of an image, and false when it has none here: then the container is a placeholder.
func (images Images) Find(reference string) (Image, bool) {
	switch imageName(reference) {
	case "pilot":
		image := images.program("pilot-discovery", 1337)
		// Filters that only Istio's own build of Envoy has.
		image.Env = []string{"PILOT_ENABLE_METADATA_EXCHANGE=false", "PILOT_ENABLE_ALPN_FILTER=false"}
		return image, images.has("pilot-discovery")
	case "proxyv2":
		image := images.program("pilot-agent", 1337)
		// An extension that only Istio's own build of Envoy has; ambient mode asks for it.
		image.Env = []string{"PEER_METADATA_DISCOVERY=false"}
		image.Mounts = append(image.Mounts,
			spec.Mount{Source: filepath.Join(images.Tools, "envoy"), Target: "/usr/local/bin/envoy", ReadOnly: true},
			spec.Mount{
				Source:   filepath.Join(images.Tools, "istio-bootstrap.json"),
				Target:   "/var/lib/istio/envoy/envoy_bootstrap_tmpl.json",
				ReadOnly: true,
			})
		return image, images.has("pilot-agent") && images.has("envoy")
	case "fake-service":
		image := images.program("fake-service", 65532)
		image.Entrypoint = []string{"/app/fake-service"}
		image.Mounts[0].Target = "/app/fake-service"
		return image, images.has("fake-service")
	case "ratelimit":
		return images.program("ratelimit", 65532), images.has("ratelimit")
	case "redis":
		_, err := os.Stat("/usr/bin/redis-server")
		return Image{Entrypoint: []string{"redis-server"}, UID: 999}, err == nil
	}
	return Image{}, false
}

func (images Images) program(name string, uid int) Image {
	return Image{
		Entrypoint: []string{"/usr/local/bin/" + name},
		Mounts:     []spec.Mount{{Source: filepath.Join(images.Tools, name), Target: "/usr/local/bin/" + name, ReadOnly: true}},
		UID:        uid,
	}
}

func (images Images) has(name string) bool {
	_, err := os.Stat(filepath.Join(images.Tools, name))
	return err == nil
}

// imageOf is the program of a container. A waypoint has none: its listeners hold filters, which no switch leaves out, that
// only Istio's own build of Envoy has.
func (r *Runtime) imageOf(config *runtimeapi.ContainerConfig) (Image, bool) {
	if slices.Contains(config.Args, "waypoint") {
		return Image{}, false
	}
	return r.options.Images.Find(config.GetImage().GetImage())
}

// imageName is `proxyv2` for `docker.io/istio/proxyv2:1.30.7@sha256:...`.
func imageName(reference string) string {
	name, _, _ := strings.Cut(reference, "@")
	name = name[strings.LastIndex(name, "/")+1:]
	name, _, _ = strings.Cut(name, ":")
	return name
}
