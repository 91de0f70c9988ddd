//go:build linux

package node

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/kubernetes/pkg/kubelet"

	"istio.io/istio/cni/pkg/plugin"

	"ecommerce-mesh/toolchain/cluster/internal/network"
	"ecommerce-mesh/toolchain/cluster/internal/runtime"
)

// Annotation marks the Node objects that the sandbox made.
const Annotation = "kwok.x-k8s.io/node"

// Nodes runs a kubelet for every Node object of the sandbox.
type Nodes struct {
	Client   kubernetes.Interface
	API      *rest.Config
	ClientCA string
	Dir      string
	// Own are the folders that the sandbox's volumes lie in.
	Own     []string
	Pods    *network.Pods
	PodInit string
	Images  runtime.Images
	PodOf   func(ctx context.Context, namespace, name string) (*v1.Pod, error)
	// OnFirst is called with the name of the first node.
	OnFirst func(name string) error

	started map[string]bool
}

// Follow starts kubelets as nodes come. A kubelet whose Node object is deleted goes on: it has no pods then, and the
// node may come back.
func (n *Nodes) Follow(ctx context.Context) error {
	n.started = map[string]bool{}
	if err := dropMetrics(); err != nil {
		return err
	}
	kubelet.ContainerLogsDir = filepath.Join(n.Dir, "container-logs")
	if err := os.MkdirAll(kubelet.ContainerLogsDir, 0o755); err != nil {
		return err
	}
	failed := make(chan error, 1)
	informer := informers.NewSharedInformerFactory(n.Client, 0).Core().V1().Nodes().Informer()
	if _, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{AddFunc: func(object any) {
		node := object.(*v1.Node)
		if node.Annotations[Annotation] == "" || n.started[node.Name] {
			return
		}
		n.started[node.Name] = true
		if err := n.start(ctx, node, len(n.started)); err != nil {
			failed <- fmt.Errorf("node %s: %w", node.Name, err)
		}
	}}); err != nil {
		return err
	}
	go informer.Run(ctx.Done())
	return <-failed
}

func (n *Nodes) start(ctx context.Context, node *v1.Node, number int) error {
	address := network.NodeAddress(number)
	if err := network.AddAddress(address); err != nil {
		return err
	}
	dir := filepath.Join(n.Dir, node.Name)
	containers, images, err := runtime.New(runtime.Options{
		Dir: filepath.Join(dir, "runtime"), Own: n.Own, PodInit: n.PodInit, Images: n.Images, NodeIP: address, Network: n.Pods,
		PodOf: n.PodOf, PrepareNetwork: n.redirect,
	})
	if err != nil {
		return err
	}
	started := Kubelet{
		Node: node, Address: address, Dir: filepath.Join(dir, "kubelet"), API: n.API, ClientCA: n.ClientCA,
		DNS: network.DNSAddress, Runtime: containers, Images: images,
	}
	if err := started.Start(ctx); err != nil {
		return err
	}
	if number == 1 {
		return n.OnFirst(node.Name)
	}
	return nil
}

// redirect does what Istio's CNI plugin does on a cluster, by the plugin's own code: pods that it serves have no init
// container that redirects their traffic, only one that checks it.
func (n *Nodes) redirect(ctx context.Context, namespace, name string, annotations map[string]string, netns string) error {
	if !strings.Contains(annotations["sidecar.istio.io/status"], "istio-validation") {
		return nil
	}
	pod, err := n.Client.CoreV1().Pods(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	redirect, err := plugin.NewRedirect(plugin.ExtractPodInfo(pod))
	if err != nil {
		return err
	}
	return plugin.IptablesInterceptRuleMgr().Program(name, netns, redirect)
}
