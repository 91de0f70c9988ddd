//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// programs that the cluster network needs of the machine.
var neededPrograms = []string{"nft", "iptables-restore", "nsenter"}

// missing says why no pod can run on this machine; empty when all is there.
func missing() string {
	for _, dir := range []string{"/usr/sbin", "/sbin"} {
		if !strings.Contains(os.Getenv("PATH"), dir) {
			os.Setenv("PATH", os.Getenv("PATH")+":"+dir)
		}
	}
	var absent []string
	for _, program := range neededPrograms {
		if _, err := exec.LookPath(program); err != nil {
			absent = append(absent, program)
		}
	}
	if len(absent) > 0 {
		return fmt.Sprintf("this machine has no %s (packages nftables, iptables, util-linux)", strings.Join(absent, ", "))
	}
	trial := exec.Command("nft", "add table ip mesh-node-check")
	trial.SysProcAttr = namespaces()
	if output, err := trial.CombinedOutput(); err != nil {
		return fmt.Sprintf("no network namespace with nftables can be made here: %v %s", err, strings.TrimSpace(string(output)))
	}
	return ""
}

// namespaces are those that the cluster lives in; the machine's own network has no part in them.
func namespaces() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC,
		// With the first process of the namespaces every other one ends, and with them the network.
		Pdeathsig: syscall.SIGKILL,
	}
}
