//go:build linux

// Package runtime is the container runtime below the sandbox's kubelets: it speaks the Container Runtime Interface and
// starts programs of the toolchain in namespaces, where others start images.
package runtime

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"sync"
	"time"

	v1 "k8s.io/api/core/v1"
	internalapi "k8s.io/cri-api/pkg/apis"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
	"k8s.io/kubelet/pkg/cri/streaming"

	"ecommerce-mesh/toolchain/cluster/internal/network"
)

const placeholderUID = 65532

var errNotOffered = errors.New("the sandbox's container runtime does not offer this")

// Options of a node's runtime.
type Options struct {
	// Directory of this node's containers.
	Dir string
	// Own are the folders that the sandbox's volumes lie in.
	Own []string
	// Path of the program pod-init.
	PodInit string
	Images  Images
	// Address of the node: what pods of the host's network have.
	NodeIP string
	// Network makes and removes the pods' networks.
	Network *network.Pods
	// PodOf reads a pod from the API server: the kubelet does not tell a runtime what a placeholder has to know.
	PodOf func(ctx context.Context, namespace, name string) (*v1.Pod, error)
	// PrepareNetwork is called once a pod's network stands, before its first container: what CNI plugins do.
	PrepareNetwork func(ctx context.Context, namespace, name string, annotations map[string]string, netns string) error
}

// Runtime holds the pods and containers of one node.
type Runtime struct {
	internalapi.RuntimeService
	options Options
	streams streaming.Server

	mu         sync.Mutex
	sandboxes  map[string]*sandbox
	containers map[string]*container
	count      int
}

// New makes an empty runtime whose exec, attach and port-forward streams are served on a free port of the node.
func New(options Options) (*Runtime, internalapi.ImageManagerService, error) {
	runtime := &Runtime{options: options, sandboxes: map[string]*sandbox{}, containers: map[string]*container{}}
	if err := runtime.serveStreams(); err != nil {
		return nil, nil, err
	}
	return runtime, imageService{}, nil
}

func (r *Runtime) newID() string {
	r.count++
	return fmt.Sprintf("%016x%08x", time.Now().UnixNano(), r.count)
}

func (r *Runtime) Version(context.Context, string) (*runtimeapi.VersionResponse, error) {
	return &runtimeapi.VersionResponse{
		Version: "0.1.0", RuntimeName: "ecommerce-mesh-sandbox", RuntimeVersion: "1.0.0", RuntimeApiVersion: "v1",
	}, nil
}

func (r *Runtime) Status(context.Context, bool) (*runtimeapi.StatusResponse, error) {
	return &runtimeapi.StatusResponse{Status: &runtimeapi.RuntimeStatus{Conditions: []*runtimeapi.RuntimeCondition{
		{Type: runtimeapi.RuntimeReady, Status: true},
		{Type: runtimeapi.NetworkReady, Status: true},
	}}}, nil
}

func (r *Runtime) RuntimeConfig(context.Context) (*runtimeapi.RuntimeConfigResponse, error) {
	return &runtimeapi.RuntimeConfigResponse{}, nil
}

func (r *Runtime) UpdateRuntimeConfig(context.Context, *runtimeapi.RuntimeConfig) error { return nil }

func (r *Runtime) UpdateContainerResources(context.Context, string, *runtimeapi.ContainerResources) error {
	return nil
}

func (r *Runtime) UpdatePodSandboxResources(context.Context, *runtimeapi.UpdatePodSandboxResourcesRequest) (*runtimeapi.UpdatePodSandboxResourcesResponse, error) {
	return &runtimeapi.UpdatePodSandboxResourcesResponse{}, nil
}

func (r *Runtime) CheckpointContainer(context.Context, *runtimeapi.CheckpointContainerRequest) error {
	return errNotOffered
}

func (r *Runtime) GetContainerEvents(context.Context, chan *runtimeapi.ContainerEventResponse, func(runtimeapi.RuntimeService_GetContainerEventsClient)) error {
	return errNotOffered
}

func (r *Runtime) ContainerStats(_ context.Context, id string) (*runtimeapi.ContainerStats, error) {
	return nil, errNotOffered
}

func (r *Runtime) ListContainerStats(context.Context, *runtimeapi.ContainerStatsFilter) ([]*runtimeapi.ContainerStats, error) {
	return nil, nil
}

func (r *Runtime) PodSandboxStats(context.Context, string) (*runtimeapi.PodSandboxStats, error) {
	return nil, errNotOffered
}

func (r *Runtime) ListPodSandboxStats(context.Context, *runtimeapi.PodSandboxStatsFilter) ([]*runtimeapi.PodSandboxStats, error) {
	return nil, nil
}

func (r *Runtime) ListMetricDescriptors(context.Context) ([]*runtimeapi.MetricDescriptor, error) {
	return nil, nil
}

func (r *Runtime) ListPodSandboxMetrics(context.Context) ([]*runtimeapi.PodSandboxMetrics, error) {
	return nil, nil
}

func (r *Runtime) Close() error { return nil }

func (r *Runtime) sandbox(id string) (*sandbox, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	found, ok := r.sandboxes[id]
	if !ok {
		return nil, notFound("pod sandbox", id)
	}
	return found, nil
}

func (r *Runtime) container(id string) (*container, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	found, ok := r.containers[id]
	if !ok {
		return nil, notFound("container", id)
	}
	return found, nil
}

func matches(labels, selector map[string]string) bool {
	for key, value := range selector {
		if labels[key] != value {
			return false
		}
	}
	return true
}

// newestFirst is the order in which runtimes list.
func newestFirst[T any](items []T, created func(T) int64) []T {
	sort.Slice(items, func(i, j int) bool { return created(items[i]) > created(items[j]) })
	return items
}
