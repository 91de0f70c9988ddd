//go:build linux

package runtime

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"

	"ecommerce-mesh/toolchain/cluster/internal/spec"
)

const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// Numbers of linux/capability.h, by the names that Kubernetes uses.
var capabilities = map[string]uintptr{
	"CHOWN": 0, "DAC_OVERRIDE": 1, "FOWNER": 3, "FSETID": 4, "KILL": 5, "SETGID": 6, "SETUID": 7, "SETPCAP": 8,
	"NET_BIND_SERVICE": 10, "NET_ADMIN": 12, "NET_RAW": 13, "SYS_CHROOT": 18, "SYS_PTRACE": 19, "MKNOD": 27, "SETFCAP": 31,
}

// What a container may keep that names none, as container runtimes have it.
var defaultCapabilities = []string{
	"CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "NET_BIND_SERVICE", "NET_RAW",
	"SYS_CHROOT", "MKNOD", "SETFCAP",
}

// command starts pod-init, which becomes the container's program.
func (r *Runtime) command(ctx context.Context, c *container) (*exec.Cmd, error) {
	described, err := r.describe(ctx, c)
	if err != nil {
		return nil, err
	}
	description, err := json.Marshal(described)
	if err != nil {
		return nil, err
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	go func() {
		defer writer.Close()
		// A pod-init that is gone does not read; its end says why.
		_, _ = writer.Write(description)
	}()
	command := exec.Command(r.options.PodInit)
	command.Env = []string{}
	command.ExtraFiles = []*os.File{reader}
	command.WaitDelay = 5 * time.Second
	command.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS,
	}
	return command, nil
}

func (r *Runtime) describe(ctx context.Context, c *container) (spec.Container, error) {
	image, found := r.imageOf(c.config)
	security := c.config.GetLinux().GetSecurityContext()
	uid, gid := userOf(security, image, found)
	described := spec.Container{
		Root:         filepath.Join(c.dir, "root"),
		ReadOnly:     security.GetReadonlyRootfs(),
		Hostname:     c.sandbox.config.Hostname,
		Mounts:       image.Mounts,
		Args:         arguments(c.config, image),
		Env:          environment(c, image),
		Dir:          c.config.WorkingDir,
		UID:          uid,
		GID:          gid,
		Capabilities: kept(security),
		Placeholder:  !found,
	}
	for _, group := range security.GetSupplementalGroups() {
		described.Groups = append(described.Groups, int(group))
	}
	mounts, err := r.mountsOf(c)
	if err != nil {
		return spec.Container{}, err
	}
	if found {
		described.Mounts = append(described.Mounts, mounts...)
		return described, nil
	}
	// A placeholder reads none of its volumes.
	described.Mounts = mounts[:1]
	pod, err := r.options.PodOf(ctx, c.sandbox.config.Metadata.Namespace, c.sandbox.config.Metadata.Name)
	if err != nil {
		return spec.Container{}, err
	}
	described.Ends, described.Ports = placeholderOf(pod, c.config.GetMetadata().GetName())
	return described, nil
}

func (r *Runtime) mountsOf(c *container) ([]spec.Mount, error) {
	mounts := []spec.Mount{{Source: c.sandbox.resolvConf(), Target: "/etc/resolv.conf", ReadOnly: true}}
	for _, mount := range c.config.Mounts {
		source, err := r.onNode(mount.HostPath)
		if err != nil {
			return nil, err
		}
		mounts = append(mounts, spec.Mount{Source: source, Target: mount.ContainerPath, ReadOnly: mount.Readonly})
	}
	return mounts, nil
}

// onNode finds a path of the node. Nothing of the machine itself is a node's: its paths lie in a folder of the node's own.
func (r *Runtime) onNode(path string) (string, error) {
	for _, own := range r.options.Own {
		if path == own || strings.HasPrefix(path, own+"/") {
			return path, nil
		}
	}
	source := filepath.Join(r.options.Dir, "host", path)
	return source, os.MkdirAll(source, 0o777)
}

func userOf(security *runtimeapi.LinuxContainerSecurityContext, image Image, found bool) (uid, gid int) {
	uid = image.UID
	if !found {
		uid = placeholderUID
	}
	if user := security.GetRunAsUser(); user != nil {
		uid = int(user.Value)
	}
	gid = uid
	if group := security.GetRunAsGroup(); group != nil {
		gid = int(group.Value)
	}
	return uid, gid
}

func environment(c *container, image Image) []string {
	env := []string{"PATH=" + path, "HOME=/", "HOSTNAME=" + c.sandbox.config.Hostname}
	for _, variable := range c.config.Envs {
		env = append(env, variable.Key+"="+variable.Value)
	}
	return append(env, image.Env...)
}

func kept(security *runtimeapi.LinuxContainerSecurityContext) []uintptr {
	names := map[string]bool{}
	for _, name := range defaultCapabilities {
		names[name] = true
	}
	for _, name := range security.GetCapabilities().GetDropCapabilities() {
		if strings.EqualFold(name, "ALL") {
			names = map[string]bool{}
		}
		delete(names, strings.TrimPrefix(strings.ToUpper(name), "CAP_"))
	}
	for _, name := range security.GetCapabilities().GetAddCapabilities() {
		names[strings.TrimPrefix(strings.ToUpper(name), "CAP_")] = true
	}
	var numbers []uintptr
	for name := range names {
		if number, known := capabilities[name]; known {
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// start starts a command inside the pod's network.
func (s *sandbox) start(command *exec.Cmd) error {
	defer func() {
		for _, file := range command.ExtraFiles {
			file.Close()
		}
	}()
	if s.network == nil {
		return command.Start()
	}
	var err error
	if inside := s.network.Do(func() { err = command.Start() }); inside != nil {
		return inside
	}
	return err
}

// exec prepares a command that runs inside the namespaces of a container, as its user.
func (r *Runtime) exec(c *container, args []string) (*exec.Cmd, error) {
	process, running := c.running()
	if !running {
		return nil, fmt.Errorf("container %s does not run", c.config.GetMetadata().GetName())
	}
	image, found := r.imageOf(c.config)
	uid, gid := userOf(c.config.GetLinux().GetSecurityContext(), image, found)
	command := exec.Command("nsenter", append([]string{
		"--target", fmt.Sprint(process.Pid), "--mount", "--pid", "--ipc", "--uts", "--net",
		"--setuid", fmt.Sprint(uid), "--setgid", fmt.Sprint(gid), "--",
	}, args...)...)
	command.Env = environment(c, image)
	return command, nil
}

// arguments begin with the program where it is here: images have it in other folders.
func arguments(config *runtimeapi.ContainerConfig, image Image) []string {
	command := config.Command
	if len(command) == 0 {
		command = image.Entrypoint
	}
	args := append(append([]string{}, command...), config.Args...)
	if len(args) > 0 && len(image.Entrypoint) > 0 && filepath.Base(args[0]) == filepath.Base(image.Entrypoint[0]) {
		args[0] = image.Entrypoint[0]
	}
	return args
}
