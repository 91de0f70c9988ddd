//go:build linux

package runtime

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// container is a program in its namespaces.
type container struct {
	id      string
	config  *runtimeapi.ContainerConfig
	sandbox *sandbox
	dir     string
	created int64

	mu       sync.Mutex
	state    runtimeapi.ContainerState
	started  int64
	finished int64
	exitCode int32
	reason   string
	message  string
	process  *os.Process
	log      *logFile
	// ended is closed when the program is gone.
	ended chan struct{}
}

// CreateContainer makes a container ready to start.
func (r *Runtime) CreateContainer(_ context.Context, sandboxID string, config *runtimeapi.ContainerConfig, _ *runtimeapi.PodSandboxConfig) (string, error) {
	pod, err := r.sandbox(sandboxID)
	if err != nil {
		return "", err
	}
	r.mu.Lock()
	id := r.newID()
	r.mu.Unlock()
	made := &container{
		id: id, config: config, sandbox: pod, created: time.Now().UnixNano(), ended: make(chan struct{}),
		dir: filepath.Join(r.options.Dir, "containers", id), state: runtimeapi.ContainerState_CONTAINER_CREATED,
	}
	if err := os.MkdirAll(filepath.Join(made.dir, "root"), 0o755); err != nil {
		return "", err
	}
	r.mu.Lock()
	r.containers[id] = made
	r.mu.Unlock()
	return id, nil
}

// StartContainer starts the container's program.
func (r *Runtime) StartContainer(ctx context.Context, id string) error {
	made, err := r.container(id)
	if err != nil {
		return err
	}
	made.mu.Lock()
	defer made.mu.Unlock()
	log, err := openLog(filepath.Join(made.sandbox.config.LogDirectory, made.config.LogPath))
	if err != nil {
		return err
	}
	command, err := r.command(ctx, made)
	if err != nil {
		log.Close()
		return err
	}
	command.Stdout, command.Stderr = log.writer("stdout"), log.writer("stderr")
	if err := made.sandbox.start(command); err != nil {
		log.Close()
		return err
	}
	made.log, made.process = log, command.Process
	made.started, made.state = time.Now().UnixNano(), runtimeapi.ContainerState_CONTAINER_RUNNING
	go made.attend(command)
	return nil
}

// attend waits for the program's end.
func (c *container) attend(command *exec.Cmd) {
	// The exit code says it all; an error of Wait besides it is one of copying output.
	_ = command.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.log.Close()
	c.finished, c.state = time.Now().UnixNano(), runtimeapi.ContainerState_CONTAINER_EXITED
	status := command.ProcessState.Sys().(syscall.WaitStatus)
	c.exitCode = int32(status.ExitStatus())
	if status.Signaled() {
		c.exitCode = 128 + int32(status.Signal())
	}
	c.reason = "Completed"
	if c.exitCode != 0 {
		c.reason = "Error"
	}
	close(c.ended)
}

// StopContainer asks the program to end, and ends it when the grace is over.
func (r *Runtime) StopContainer(ctx context.Context, id string, grace int64) error {
	running, err := r.container(id)
	if err != nil {
		return nil
	}
	if grace > 0 {
		running.signal(syscall.SIGTERM)
		select {
		case <-running.ended:
			return nil
		case <-time.After(time.Duration(grace) * time.Second):
		case <-ctx.Done():
		}
	}
	running.kill()
	running.wait(ctx)
	return nil
}

// RemoveContainer forgets a container and what it wrote.
func (r *Runtime) RemoveContainer(ctx context.Context, id string) error {
	old, err := r.container(id)
	if err != nil {
		return nil
	}
	old.kill()
	old.wait(ctx)
	r.mu.Lock()
	delete(r.containers, id)
	r.mu.Unlock()
	return os.RemoveAll(old.dir)
}

func (c *container) running() (*os.Process, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.process, c.state == runtimeapi.ContainerState_CONTAINER_RUNNING
}

func (c *container) signal(signal syscall.Signal) {
	if process, running := c.running(); running {
		// It may have ended between the look and the signal.
		_ = process.Signal(signal)
	}
}

func (c *container) kill() { c.signal(syscall.SIGKILL) }

func (c *container) wait(ctx context.Context) {
	if _, running := c.running(); !running {
		return
	}
	select {
	case <-c.ended:
	case <-ctx.Done():
	}
}

// ListContainers lists containers, the newest first.
func (r *Runtime) ListContainers(_ context.Context, filter *runtimeapi.ContainerFilter) ([]*runtimeapi.Container, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []*runtimeapi.Container
	for _, c := range r.containers {
		c.mu.Lock()
		state := c.state
		c.mu.Unlock()
		if filter.GetId() != "" && filter.Id != c.id ||
			filter.GetPodSandboxId() != "" && filter.PodSandboxId != c.sandbox.id ||
			filter.GetState() != nil && filter.State.State != state ||
			!matches(c.config.Labels, filter.GetLabelSelector()) {
			continue
		}
		list = append(list, &runtimeapi.Container{
			Id: c.id, PodSandboxId: c.sandbox.id, Metadata: c.config.Metadata, Image: c.config.Image,
			ImageRef: c.config.Image.GetImage(), ImageId: c.config.Image.GetImage(), State: state, CreatedAt: c.created,
			Labels: c.config.Labels, Annotations: c.config.Annotations,
		})
	}
	return newestFirst(list, func(c *runtimeapi.Container) int64 { return c.CreatedAt }), nil
}

// ContainerStatus tells a container's state, times and exit code.
func (r *Runtime) ContainerStatus(_ context.Context, id string, _ bool) (*runtimeapi.ContainerStatusResponse, error) {
	c, err := r.container(id)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return &runtimeapi.ContainerStatusResponse{Status: &runtimeapi.ContainerStatus{
		Id: id, Metadata: c.config.Metadata, State: c.state, CreatedAt: c.created, StartedAt: c.started,
		FinishedAt: c.finished, ExitCode: c.exitCode, Reason: c.reason, Message: c.message,
		Image: c.config.Image, ImageRef: r.imageRef(c.config), ImageId: c.config.Image.GetImage(),
		Labels: c.config.Labels, Annotations: c.config.Annotations, Mounts: c.config.Mounts,
		LogPath: filepath.Join(c.sandbox.config.LogDirectory, c.config.LogPath),
	}}, nil
}

// imageRef becomes the imageID of the pod's status: there a placeholder says what it is.
func (r *Runtime) imageRef(config *runtimeapi.ContainerConfig) string {
	if _, found := r.imageOf(config); !found {
		return "placeholder:" + config.GetImage().GetImage()
	}
	return config.GetImage().GetImage()
}

// ReopenContainerLog follows a log that the kubelet has moved away.
func (r *Runtime) ReopenContainerLog(_ context.Context, id string) error {
	c, err := r.container(id)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.log == nil {
		return nil
	}
	return c.log.reopen()
}
