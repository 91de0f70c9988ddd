//go:build linux

package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

const inotifyInstances = "/proc/sys/fs/inotify/max_user_instances"

// enoughInotify is for some thousand proxies: Istio's agent takes four instances and Envoy two, all under the same user
// id, and the kernel counts them for the whole machine. Its default of 128 is used up by 21 proxies.
const enoughInotify = 8192

// raiseInotify lets a user of this machine have enough inotify instances. It changes the machine's own setting, which
// only root may: without that right the setting stays, and a proxy too many says "too many open files" and is restarted.
func raiseInotify() {
	text, err := os.ReadFile(inotifyInstances)
	if err != nil {
		return
	}
	if allowed, err := strconv.Atoi(strings.TrimSpace(string(text))); err != nil || allowed >= enoughInotify {
		return
	}
	if err := os.WriteFile(inotifyInstances, []byte(strconv.Itoa(enoughInotify)), 0o644); err != nil {
		fmt.Fprintf(os.Stderr, "mesh-node: a user may have only %s inotify instances, and six are needed for each proxy: sudo sysctl fs.inotify.max_user_instances=%d\n",
			strings.TrimSpace(string(text)), enoughInotify)
	}
}
