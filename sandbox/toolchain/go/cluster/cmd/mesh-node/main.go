//go:build linux

// mesh-node is the machine below the sandbox's cluster: in namespaces of its own it runs the network, a kubelet for each
// node, and the programs of the pods. The part that stays in the machine's network forwards loopback ports, and nothing else.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/coredns/coredns/coremain"
	kubeproxy "k8s.io/kubernetes/cmd/kube-proxy/app"
)

func main() {
	if len(os.Args) < 2 {
		fail(fmt.Errorf("expected a command: check, run"))
	}
	command, args := os.Args[1], os.Args[2:]
	switch command {
	case "check":
		if reason := missing(); reason != "" {
			fmt.Println(reason)
			os.Exit(1)
		}
	case "run":
		fail(runOutside(parse(args)))
	case "inside":
		fail(runInside(parse(args)))
	case "coredns":
		os.Args = append(os.Args[:1], args...)
		coremain.Run()
	case "kube-proxy":
		proxy := kubeproxy.NewProxyCommand()
		proxy.SetArgs(args)
		fail(proxy.Execute())
	default:
		fail(fmt.Errorf("unknown command %q: expected check, run", command))
	}
}

// settings are the same outside and inside.
type settings struct {
	kubeconfig string
	clientCA   string
	dir        string
	socket     string
	tools      string
	forwards   string
	hosts      string
}

func parse(args []string) settings {
	var parsed settings
	flags := flag.NewFlagSet("mesh-node", flag.ExitOnError)
	flags.StringVar(&parsed.kubeconfig, "kubeconfig", "", "file that leads to the API server with full rights")
	flags.StringVar(&parsed.clientCA, "client-ca", "", "file of the authority that the API server's client certificate comes from")
	flags.StringVar(&parsed.dir, "dir", "", "directory of nodes, volumes and logs")
	flags.StringVar(&parsed.socket, "socket", "", "Unix socket that answers HTTP CONNECT into the cluster network")
	flags.StringVar(&parsed.tools, "tools", "", "directory of the toolchain's programs")
	flags.StringVar(&parsed.forwards, "forwards", "", "file to write the forwarded ports to")
	flags.StringVar(&parsed.hosts, "hosts", "", "file of the hosts that browsers may ask for")
	// ExitOnError: Parse does not return one.
	_ = flags.Parse(args)
	return parsed
}

func (s settings) args(command string) []string {
	return []string{
		command, "--kubeconfig=" + s.kubeconfig, "--client-ca=" + s.clientCA, "--dir=" + s.dir, "--socket=" + s.socket,
		"--tools=" + s.tools, "--forwards=" + s.forwards, "--hosts=" + s.hosts,
	}
}

// apiSocket leads from the cluster network to the API server.
func (s settings) apiSocket() string { return s.socket + ".api" }

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "mesh-node:", err)
		os.Exit(1)
	}
}
