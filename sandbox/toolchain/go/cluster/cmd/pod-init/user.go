//go:build linux

package main

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"

	"ecommerce-mesh/toolchain/cluster/internal/spec"
)

const lastCapability = 63

// takeUser gives up every capability that the container does not have, then becomes its user.
func takeUser(container spec.Container) error {
	kept := map[uintptr]bool{}
	for _, capability := range container.Capabilities {
		kept[capability] = true
	}
	for capability := uintptr(0); capability <= lastCapability; capability++ {
		if kept[capability] {
			continue
		}
		// The bounding set is each thread's own; this thread is the one that becomes the program.
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, capability, 0, 0, 0); err != nil {
			if err == unix.EINVAL {
				break
			}
			return fmt.Errorf("dropping capability %d: %w", capability, err)
		}
	}
	// A program may open /dev/stdout again, as its own user.
	for _, output := range []int{1, 2} {
		if err := syscall.Fchown(output, container.UID, container.GID); err != nil {
			return fmt.Errorf("handing over the output: %w", err)
		}
	}
	if err := syscall.Setgroups(container.Groups); err != nil {
		return fmt.Errorf("setting groups: %w", err)
	}
	if err := syscall.Setgid(container.GID); err != nil {
		return fmt.Errorf("setting group %d: %w", container.GID, err)
	}
	if err := syscall.Setuid(container.UID); err != nil {
		return fmt.Errorf("setting user %d: %w", container.UID, err)
	}
	return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
}
