//go:build linux

package main

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"runtime"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"ecommerce-mesh/toolchain/cluster/internal/forward"
	"ecommerce-mesh/toolchain/cluster/internal/network"
)

// runOutside stays in the machine's network: it leads the cluster to the API server, and loopback ports to the cluster.
func runOutside(s settings) error {
	// The death of this thread is what ends the cluster's processes.
	runtime.LockOSThread()
	if reason := missing(); reason != "" {
		return fmt.Errorf("%s", reason)
	}
	raiseInotify()
	config, err := clientcmd.BuildConfigFromFlags("", s.kubeconfig)
	if err != nil {
		return err
	}
	server, err := url.Parse(config.Host)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	toAPI, err := listenUnix(s.apiSocket())
	if err != nil {
		return err
	}
	go network.Relay(toAPI, func() (net.Conn, error) { return net.Dial("tcp", server.Host) })
	forwards, err := forward.New(s.forwards, s.socket)
	if err != nil {
		return err
	}
	if err := forwards.ServeWeb(s.hosts); err != nil {
		return err
	}
	go forwards.Follow(context.Background(), client)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	inside := inNamespaces(self, s.args("inside")...)
	inside.Stdout, inside.Stderr = os.Stdout, os.Stderr
	return inside.Run()
}

// listenUnix opens a socket that only this user can connect to.
func listenUnix(path string) (net.Listener, error) {
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	return listener, os.Chmod(path, 0o600)
}
