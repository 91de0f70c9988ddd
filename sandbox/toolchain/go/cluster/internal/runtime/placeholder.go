//go:build linux

package runtime

import (
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// placeholderOf tells what a container without a program here has to do: end at once where it is expected to end, else
// answer on the ports that it declares or is probed on.
func placeholderOf(pod *v1.Pod, name string) (ends bool, ports []int) {
	for _, container := range pod.Spec.InitContainers {
		if container.Name == name {
			sidecar := container.RestartPolicy != nil && *container.RestartPolicy == v1.ContainerRestartPolicyAlways
			return !sidecar, portsOf(container)
		}
	}
	for _, container := range pod.Spec.Containers {
		if container.Name == name {
			return pod.Spec.RestartPolicy != v1.RestartPolicyAlways, portsOf(container)
		}
	}
	return false, nil
}

func portsOf(container v1.Container) []int {
	seen := map[int]bool{}
	var ports []int
	add := func(port int) {
		if port != 0 && !seen[port] {
			seen[port] = true
			ports = append(ports, port)
		}
	}
	for _, port := range container.Ports {
		add(int(port.ContainerPort))
	}
	for _, probe := range []*v1.Probe{container.StartupProbe, container.ReadinessProbe, container.LivenessProbe} {
		if probe != nil {
			add(probedPort(probe.ProbeHandler))
		}
	}
	return ports
}

// probedPort is the number of a probed port; a name is one of the declared ports.
func probedPort(handler v1.ProbeHandler) int {
	var port intstr.IntOrString
	switch {
	case handler.HTTPGet != nil:
		port = handler.HTTPGet.Port
	case handler.TCPSocket != nil:
		port = handler.TCPSocket.Port
	}
	return port.IntValue()
}
