//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	// CoreDNS finds its plugins by their registration.
	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/hosts"
	_ "github.com/coredns/coredns/plugin/kubernetes"

	"ecommerce-mesh/toolchain/cluster/internal/network"
)

const pause = 2 * time.Second

// serveDNS runs CoreDNS. It knows the cluster's names, and those of a hosts file that may be written below the
// sandbox's directory; it asks nobody else.
func serveDNS(kubeconfig string) error {
	hosts := filepath.Join(home, "hosts")
	if err := os.WriteFile(hosts, nil, 0o644); err != nil {
		return err
	}
	corefile := filepath.Join(home, "Corefile")
	text := fmt.Sprintf(`.:53 {
  bind %s
  errors
  hosts %s {
    ttl 5
    reload 1s
    fallthrough
  }
  kubernetes cluster.local {
    kubeconfig %s
    pods insecure
    ttl 5
  }
}
`, network.DNSAddress, hosts, kubeconfig)
	if err := os.WriteFile(corefile, []byte(text), 0o644); err != nil {
		return err
	}
	go keep("coredns", "coredns", "-conf", corefile)
	return nil
}

// serveServices runs kube-proxy, which asks for a node to call its own.
func serveServices(kubeconfig, node string) error {
	path := filepath.Join(home, "kube-proxy.yaml")
	text := fmt.Sprintf(`apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
clusterCIDR: %s
hostnameOverride: %s
clientConnection: { kubeconfig: %s, qps: 500, burst: 1000 }
conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s }
nftables: { minSyncPeriod: 100ms, syncPeriod: 30s }
healthzBindAddress: 127.0.0.1:10256
metricsBindAddress: 127.0.0.1:10249
`, network.PodCIDR, node, kubeconfig)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		return err
	}
	go keep("kube-proxy", "kube-proxy", "--config="+path)
	return nil
}

// keep runs a command of this program, and again when it ends.
func keep(name string, args ...string) {
	for {
		command := exec.Command("/proc/self/exe", args...)
		command.Stdout, command.Stderr = os.Stdout, os.Stderr
		err := command.Run()
		fmt.Fprintf(os.Stderr, "mesh-node: %s ended (%v), starting it again\n", name, err)
		time.Sleep(pause)
	}
}
