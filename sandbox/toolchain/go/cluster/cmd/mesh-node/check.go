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
	trial := inNamespaces("nft", "add table ip mesh-node-check")
	if output, err := trial.CombinedOutput(); err != nil {
		return fmt.Sprintf("no network namespace with nftables can be made here: %v %s%s", err, strings.TrimSpace(string(output)), userHint())
	}
	return ""
}

// inNamespaces runs a command in the namespaces that the cluster lives in; the machine's own network has no part in
// them. With their first process every other one ends, and with them the network.
func inNamespaces(program string, args ...string) *exec.Cmd {
	if os.Geteuid() == 0 {
		command := exec.Command(program, args...)
		command.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC,
			Pdeathsig:  syscall.SIGKILL,
		}
		return command
	}
	// A user namespace with a range of user ids: proxies and applications are told apart by theirs. The setuid program
	// newuidmap gives it, to users that /etc/subuid names.
	command := exec.Command("unshare", append([]string{
		"--user", "--map-root-user", "--map-auto", "--net", "--mount", "--pid", "--ipc", "--fork", "--kill-child", program,
	}, args...)...)
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return command
}

func userHint() string {
	if os.Geteuid() == 0 {
		return ""
	}
	return " (as a user other than root it needs user namespaces, the package uidmap, and a range in /etc/subuid and /etc/subgid)"
}
