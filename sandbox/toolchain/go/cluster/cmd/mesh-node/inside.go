//go:build linux

package main

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"ecommerce-mesh/toolchain/cluster/internal/network"
	"ecommerce-mesh/toolchain/cluster/internal/node"
	"ecommerce-mesh/toolchain/cluster/internal/runtime"
)

// home is where the sandbox's directory is mounted: paths below it stay short enough for Unix sockets.
const home = "/mnt"

// runInside is the first process of the cluster's namespaces.
func runInside(s settings) error {
	if err := settle(s.dir); err != nil {
		return err
	}
	if err := network.SetUpCluster(); err != nil {
		return fmt.Errorf("the cluster network: %w", err)
	}
	config, kubeconfig, err := s.connectAPI()
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	pods, err := network.NewPods(network.NewAddresses())
	if err != nil {
		return err
	}
	if err := serveDNS(kubeconfig); err != nil {
		return err
	}
	listener, err := listenUnix(s.socket)
	if err != nil {
		return err
	}
	connector := &network.Connector{Pods: pods, Resolver: resolver()}
	go func() { fail(connector.Serve(listener)) }()
	if err := removeStats(context.Background(), config); err != nil {
		return err
	}
	nodes := node.Nodes{
		Client: client, API: config, ClientCA: s.clientCA, Dir: filepath.Join(home, "nodes"), Own: []string{home, s.dir}, Pods: pods,
		PodInit: filepath.Join(s.tools, "pod-init"), Images: runtime.Images{Tools: s.tools},
		PodOf: func(ctx context.Context, namespace, name string) (*v1.Pod, error) {
			return client.CoreV1().Pods(namespace).Get(ctx, name, metav1.GetOptions{})
		},
		OnFirst: func(name string) error { return serveServices(kubeconfig, name) },
	}
	return nodes.Follow(context.Background())
}

// settle makes this process's mounts its own.
func settle(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("making mounts private: %w", err)
	}
	if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("mounting /proc: %w", err)
	}
	if err := unix.Mount(dir, home, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("mounting %s: %w", dir, err)
	}
	return nil
}

// connectAPI opens the API server's address in the cluster network, and writes a kubeconfig that names it.
func (s settings) connectAPI() (*rest.Config, string, error) {
	raw, err := clientcmd.LoadFromFile(s.kubeconfig)
	if err != nil {
		return nil, "", err
	}
	var port string
	for _, cluster := range raw.Clusters {
		server, err := url.Parse(cluster.Server)
		if err != nil {
			return nil, "", err
		}
		port = server.Port()
		cluster.Server = "https://" + net.JoinHostPort(network.APIAddress, port)
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(network.APIAddress, port))
	if err != nil {
		return nil, "", err
	}
	go network.Relay(listener, func() (net.Conn, error) { return net.Dial("unix", s.apiSocket()) })
	path := filepath.Join(home, "kubeconfig")
	if err := clientcmd.WriteToFile(*raw, path); err != nil {
		return nil, "", err
	}
	config, err := clientcmd.BuildConfigFromFlags("", path)
	if err != nil {
		return nil, "", err
	}
	config.QPS = -1
	return config, path, nil
}

func resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, kind, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, kind, net.JoinHostPort(network.DNSAddress, "53"))
	}}
}
