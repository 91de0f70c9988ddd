//go:build linux

package runtime

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"

	"ecommerce-mesh/toolchain/cluster/internal/network"
)

// sandbox is a pod: its network, and what its containers share.
type sandbox struct {
	id      string
	config  *runtimeapi.PodSandboxConfig
	created int64
	dir     string
	// network is nil for a pod of the host's network.
	network *network.Pod
	state   runtimeapi.PodSandboxState
}

func (s *sandbox) hostNetwork() bool {
	return s.config.GetLinux().GetSecurityContext().GetNamespaceOptions().GetNetwork() == runtimeapi.NamespaceMode_NODE
}

// RunPodSandbox gives a pod its network.
func (r *Runtime) RunPodSandbox(ctx context.Context, config *runtimeapi.PodSandboxConfig, _ string) (string, error) {
	r.mu.Lock()
	id := r.newID()
	r.mu.Unlock()
	pod := &sandbox{id: id, config: config, created: time.Now().UnixNano(), dir: filepath.Join(r.options.Dir, "pods", id)}
	if err := os.MkdirAll(pod.dir, 0o755); err != nil {
		return "", err
	}
	if err := os.WriteFile(pod.resolvConf(), []byte(resolvConf(config.GetDnsConfig())), 0o644); err != nil {
		return "", err
	}
	if !pod.hostNetwork() {
		if err := r.connect(ctx, pod); err != nil {
			return "", err
		}
	}
	r.mu.Lock()
	r.sandboxes[id] = pod
	r.mu.Unlock()
	return id, nil
}

func (r *Runtime) connect(ctx context.Context, pod *sandbox) error {
	metadata := pod.config.Metadata
	made, err := r.options.Network.Add(metadata.Namespace, metadata.Name, pod.config.GetLinux().GetSysctls())
	if err != nil {
		return fmt.Errorf("the pod's network: %w", err)
	}
	pod.network = made
	if err := r.options.PrepareNetwork(ctx, metadata.Namespace, metadata.Name, pod.config.Annotations, made.NamespacePath()); err != nil {
		r.options.Network.Remove(made)
		return fmt.Errorf("redirecting the pod's traffic: %w", err)
	}
	return nil
}

// StopPodSandbox ends what still runs in a pod and takes its network away.
func (r *Runtime) StopPodSandbox(ctx context.Context, id string) error {
	pod, err := r.sandbox(id)
	if err != nil {
		return nil
	}
	for _, container := range r.containersOf(id) {
		container.kill()
		container.wait(ctx)
	}
	r.mu.Lock()
	stopped := pod.state == runtimeapi.PodSandboxState_SANDBOX_NOTREADY
	pod.state = runtimeapi.PodSandboxState_SANDBOX_NOTREADY
	r.mu.Unlock()
	if !stopped && pod.network != nil {
		r.options.Network.Remove(pod.network)
	}
	return nil
}

// RemovePodSandbox forgets a pod.
func (r *Runtime) RemovePodSandbox(ctx context.Context, id string) error {
	pod, err := r.sandbox(id)
	if err != nil {
		return nil
	}
	if err := r.StopPodSandbox(ctx, id); err != nil {
		return err
	}
	for _, container := range r.containersOf(id) {
		if err := r.RemoveContainer(ctx, container.id); err != nil {
			return err
		}
	}
	r.mu.Lock()
	delete(r.sandboxes, id)
	r.mu.Unlock()
	return os.RemoveAll(pod.dir)
}

// PodSandboxStatus tells a pod's state and address.
func (r *Runtime) PodSandboxStatus(_ context.Context, id string, _ bool) (*runtimeapi.PodSandboxStatusResponse, error) {
	pod, err := r.sandbox(id)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return &runtimeapi.PodSandboxStatusResponse{Status: &runtimeapi.PodSandboxStatus{
		Id:          id,
		Metadata:    pod.config.Metadata,
		State:       pod.state,
		CreatedAt:   pod.created,
		Network:     &runtimeapi.PodSandboxNetworkStatus{Ip: r.addressOf(pod)},
		Linux:       &runtimeapi.LinuxPodSandboxStatus{Namespaces: &runtimeapi.Namespace{Options: pod.config.GetLinux().GetSecurityContext().GetNamespaceOptions()}},
		Labels:      pod.config.Labels,
		Annotations: pod.config.Annotations,
	}}, nil
}

func (r *Runtime) addressOf(pod *sandbox) string {
	if pod.network == nil {
		return r.options.NodeIP
	}
	return pod.network.IP.String()
}

// ListPodSandbox lists pods, the newest first.
func (r *Runtime) ListPodSandbox(_ context.Context, filter *runtimeapi.PodSandboxFilter) ([]*runtimeapi.PodSandbox, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []*runtimeapi.PodSandbox
	for _, pod := range r.sandboxes {
		if filter.GetId() != "" && filter.Id != pod.id ||
			filter.GetState() != nil && filter.State.State != pod.state ||
			!matches(pod.config.Labels, filter.GetLabelSelector()) {
			continue
		}
		list = append(list, &runtimeapi.PodSandbox{
			Id: pod.id, Metadata: pod.config.Metadata, State: pod.state, CreatedAt: pod.created,
			Labels: pod.config.Labels, Annotations: pod.config.Annotations,
		})
	}
	return newestFirst(list, func(pod *runtimeapi.PodSandbox) int64 { return pod.CreatedAt }), nil
}

func (r *Runtime) containersOf(sandboxID string) []*container {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []*container
	for _, container := range r.containers {
		if container.sandbox.id == sandboxID {
			list = append(list, container)
		}
	}
	return list
}

func (s *sandbox) resolvConf() string { return filepath.Join(s.dir, "resolv.conf") }

func resolvConf(config *runtimeapi.DNSConfig) string {
	var text strings.Builder
	for _, server := range config.GetServers() {
		fmt.Fprintln(&text, "nameserver", server)
	}
	if len(config.GetSearches()) > 0 {
		fmt.Fprintln(&text, "search", strings.Join(config.Searches, " "))
	}
	if len(config.GetOptions()) > 0 {
		fmt.Fprintln(&text, "options", strings.Join(config.Options, " "))
	}
	return text.String()
}
