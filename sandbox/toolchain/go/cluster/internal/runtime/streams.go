//go:build linux

package runtime

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strconv"
	"time"

	utilexec "k8s.io/utils/exec"

	"bytes"

	"k8s.io/client-go/tools/remotecommand"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
	"k8s.io/kubelet/pkg/cri/streaming"
)

// serveStreams starts the server that the kubelet sends exec and port-forward requests on to.
func (r *Runtime) serveStreams() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	address := listener.Addr().String()
	listener.Close()
	config := streaming.DefaultConfig
	config.Addr = address
	server, err := streaming.NewServer(config, r.streamsOf())
	if err != nil {
		return err
	}
	r.streams = server
	go func() { _ = server.Start(true) }()
	return nil
}

// Exec prepares a stream to a command.
func (r *Runtime) Exec(_ context.Context, request *runtimeapi.ExecRequest) (*runtimeapi.ExecResponse, error) {
	return r.streams.GetExec(request)
}

// Attach is not offered: containers here have no standard input.
func (r *Runtime) Attach(context.Context, *runtimeapi.AttachRequest) (*runtimeapi.AttachResponse, error) {
	return nil, errNotOffered
}

// PortForward prepares a stream to a port of a pod.
func (r *Runtime) PortForward(_ context.Context, request *runtimeapi.PortForwardRequest) (*runtimeapi.PortForwardResponse, error) {
	return r.streams.GetPortForward(request)
}

// ExecSync runs a probe's or a hook's command. In a placeholder every command succeeds.
func (r *Runtime) ExecSync(ctx context.Context, id string, args []string, timeout time.Duration) ([]byte, []byte, error) {
	c, err := r.container(id)
	if err != nil {
		return nil, nil, err
	}
	if _, found := r.imageOf(c.config); !found {
		return nil, nil, nil
	}
	command, err := r.exec(c, args)
	if err != nil {
		return nil, nil, err
	}
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err = runFor(ctx, command, timeout)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = utilexec.CodeExitError{Err: fmt.Errorf("command terminated with %d", exit.ExitCode()), Code: exit.ExitCode()}
	}
	return stdout.Bytes(), stderr.Bytes(), err
}

func runFor(ctx context.Context, command *exec.Cmd, timeout time.Duration) error {
	if err := command.Start(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- command.Wait() }()
	var late <-chan time.Time
	if timeout > 0 {
		late = time.After(timeout)
	}
	select {
	case err := <-done:
		return err
	case <-late:
		_ = command.Process.Kill()
		return fmt.Errorf("command timed out after %s", timeout)
	case <-ctx.Done():
		_ = command.Process.Kill()
		return ctx.Err()
	}
}

// podStreams is the runtime as the streaming server sees it: its methods have the names of the CRI's.
type podStreams struct{ runtime *Runtime }

func (r *Runtime) streamsOf() streaming.Runtime { return podStreams{r} }

func (s podStreams) Exec(ctx context.Context, id string, args []string, in io.Reader, out, errors io.WriteCloser, _ bool, _ <-chan remotecommand.TerminalSize) error {
	c, err := s.runtime.container(id)
	if err != nil {
		return err
	}
	command, err := s.runtime.exec(c, args)
	if err != nil {
		return err
	}
	command.Stdin, command.Stdout, command.Stderr = in, out, errors
	command.WaitDelay = time.Second
	err = runFor(ctx, command, 0)
	if exit, failed := err.(*exec.ExitError); failed {
		return utilexec.CodeExitError{Err: err, Code: exit.ExitCode()}
	}
	return err
}

func (s podStreams) Attach(context.Context, string, io.Reader, io.WriteCloser, io.WriteCloser, bool, <-chan remotecommand.TerminalSize) error {
	return errNotOffered
}

func (s podStreams) PortForward(ctx context.Context, id string, port int32, stream io.ReadWriteCloser) error {
	defer stream.Close()
	pod, err := s.runtime.sandbox(id)
	if err != nil {
		return err
	}
	if pod.network == nil {
		return errNotOffered
	}
	connection, err := pod.network.Dial(ctx, net.JoinHostPort("127.0.0.1", strconv.Itoa(int(port))))
	if err != nil {
		return err
	}
	defer connection.Close()
	go func() {
		_, _ = io.Copy(connection, stream)
		if half, ok := connection.(*net.TCPConn); ok {
			_ = half.CloseWrite()
		}
	}()
	_, err = io.Copy(stream, connection)
	return err
}
