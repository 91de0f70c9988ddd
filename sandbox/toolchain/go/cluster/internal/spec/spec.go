// Package spec is what mesh-node tells pod-init about the container that it is to become. It imports nothing, so that
// pod-init stays small: it starts once for every container.
package spec

// Container is handed over as JSON on file descriptor 3.
type Container struct {
	// Root is an empty directory on the machine that becomes the container's root.
	Root     string   `json:"root"`
	ReadOnly bool     `json:"readOnly"`
	Hostname string   `json:"hostname"`
	Mounts   []Mount  `json:"mounts"`
	Args     []string `json:"args"`
	Env      []string `json:"env"`
	Dir      string   `json:"dir"`
	UID      int      `json:"uid"`
	GID      int      `json:"gid"`
	Groups   []int    `json:"groups"`
	// Capabilities that stay in the bounding set, by number; all others go.
	Capabilities []uintptr `json:"capabilities"`
	// Placeholder says that no program is had for the image: Ports answer every HTTP request with 200. A container
	// that is expected to end (an init container, a Job's) ends at once.
	Placeholder bool  `json:"placeholder"`
	Ends        bool  `json:"ends"`
	Ports       []int `json:"ports"`
}

// Mount binds a file or directory of the machine into the container.
type Mount struct {
	Source   string `json:"source"`
	Target   string `json:"target"`
	ReadOnly bool   `json:"readOnly"`
	// Optional mounts are left out when the source does not exist.
	Optional bool `json:"optional"`
}
