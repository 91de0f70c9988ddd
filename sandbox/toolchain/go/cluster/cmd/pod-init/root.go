//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"ecommerce-mesh/toolchain/cluster/internal/spec"
)

// What programs that are linked dynamically (Envoy, iptables, Redis) need of the machine.
var systemDirectories = []string{"/usr", "/etc/alternatives", "/etc/ld.so.cache", "/etc/ssl"}

// Links into /usr on most machines, directories on others.
var systemLinks = []string{"/bin", "/sbin", "/lib", "/lib64"}

var devices = []string{"null", "zero", "full", "random", "urandom", "tty"}

// layOut makes the container's root in this process's own mount namespace and moves into it.
func layOut(container spec.Container) error {
	root := container.Root
	if err := unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("making mounts private: %w", err)
	}
	if err := unix.Mount("tmpfs", root, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755,size=256m"); err != nil {
		return fmt.Errorf("mounting the root: %w", err)
	}
	if err := addSystem(root); err != nil {
		return err
	}
	for _, mount := range container.Mounts {
		if err := bind(root, mount); err != nil {
			return err
		}
	}
	if container.Hostname != "" {
		if err := unix.Sethostname([]byte(container.Hostname)); err != nil {
			return fmt.Errorf("setting the host name: %w", err)
		}
	}
	return enter(root, container.ReadOnly)
}

func addSystem(root string) error {
	for _, path := range systemDirectories {
		if err := bind(root, spec.Mount{Source: path, Target: path, ReadOnly: true, Optional: true}); err != nil {
			return err
		}
	}
	for _, path := range systemLinks {
		target, err := os.Readlink(path)
		if err != nil {
			if err := bind(root, spec.Mount{Source: path, Target: path, ReadOnly: true, Optional: true}); err != nil {
				return err
			}
			continue
		}
		if err := os.Symlink(target, filepath.Join(root, path)); err != nil {
			return err
		}
	}
	// Programs of the toolchain are bound into /usr/local/bin, where images have them; the machine's own are hidden.
	if err := unix.Mount("tmpfs", filepath.Join(root, "usr/local"), "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755"); err != nil {
		return fmt.Errorf("mounting /usr/local: %w", err)
	}
	for _, dir := range []string{"proc", "dev", "tmp", "run", "var/run", "var/tmp", "home", "root"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o1777); err != nil {
			return err
		}
	}
	for _, dir := range []string{"tmp", "run", "var/run", "var/tmp"} {
		if err := os.Chmod(filepath.Join(root, dir), 0o777|os.ModeSticky); err != nil {
			return err
		}
	}
	for _, name := range devices {
		if err := bind(root, spec.Mount{Source: "/dev/" + name, Target: "/dev/" + name, Optional: true}); err != nil {
			return err
		}
	}
	for name, target := range map[string]string{
		"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2",
	} {
		if err := os.Symlink(target, filepath.Join(root, "dev", name)); err != nil {
			return err
		}
	}
	passwd := "root:x:0:0:root:/root:/bin/sh\nistio-proxy:x:1337:1337::/home:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n"
	if err := os.WriteFile(filepath.Join(root, "etc/passwd"), []byte(passwd), 0o644); err != nil {
		return err
	}
	if err := unix.Mount("proc", filepath.Join(root, "proc"), "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("mounting /proc: %w", err)
	}
	return nil
}

func bind(root string, mount spec.Mount) error {
	info, err := os.Stat(mount.Source)
	if err != nil {
		if mount.Optional && os.IsNotExist(err) {
			return nil
		}
		return fmt.Errorf("%s: %w", mount.Target, err)
	}
	target := filepath.Join(root, mount.Target)
	if err := placeFor(target, info.IsDir()); err != nil {
		return fmt.Errorf("%s: %w", mount.Target, err)
	}
	if err := unix.Mount(mount.Source, target, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("binding %s to %s: %w", mount.Source, mount.Target, err)
	}
	if !mount.ReadOnly {
		return nil
	}
	return makeReadOnly(target)
}

// placeFor makes what a mount needs below it. Inside a volume that is mounted already it may be there.
func placeFor(target string, directory bool) error {
	if directory {
		return os.MkdirAll(target, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(target, os.O_CREATE|os.O_RDONLY, 0o644)
	if err != nil {
		return err
	}
	return file.Close()
}

// makeReadOnly keeps the flags that the mount has: in a user namespace they are locked, and leaving one out is refused.
func makeReadOnly(target string) error {
	var stat unix.Statfs_t
	if err := unix.Statfs(target, &stat); err != nil {
		return fmt.Errorf("%s: %w", target, err)
	}
	const kept = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC | unix.MS_NOATIME | unix.MS_NODIRATIME | unix.MS_RELATIME
	flags := uintptr(unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY) | uintptr(stat.Flags)&kept
	if err := unix.Mount("", target, "", flags, ""); err != nil {
		return fmt.Errorf("making %s read-only: %w", target, err)
	}
	return nil
}

func enter(root string, readOnly bool) error {
	if err := os.Chdir(root); err != nil {
		return err
	}
	// The old root ends up below the new one and is let go of at once.
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("pivoting into the root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("leaving the machine's root: %w", err)
	}
	if err := os.Chdir("/"); err != nil {
		return err
	}
	if readOnly {
		return makeReadOnly("/")
	}
	return nil
}

// become replaces this process by the container's program.
func become(container spec.Container) error {
	if container.Dir != "" && container.Dir != "/" {
		if err := os.MkdirAll(container.Dir, 0o755); err != nil && !os.IsExist(err) {
			return err
		}
		if err := os.Chdir(container.Dir); err != nil {
			return err
		}
	}
	path, err := find(container.Args[0])
	if err != nil {
		return err
	}
	return fmt.Errorf("starting %s: %w", path, syscall.Exec(path, container.Args, container.Env))
}

func find(name string) (string, error) {
	if strings.Contains(name, "/") {
		return name, nil
	}
	for _, dir := range []string{"/usr/local/bin", "/usr/local/sbin", "/usr/bin", "/usr/sbin", "/bin", "/sbin"} {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Mode()&0o111 != 0 && !info.IsDir() {
			return path, nil
		}
	}
	return "", fmt.Errorf("no program %s in this container", name)
}
