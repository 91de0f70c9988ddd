//go:build linux

package network

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// FromPodHeader names the pod from whose network a connection is opened, as `namespace/name`.
const FromPodHeader = "Mesh-From-Pod"

// Resolver looks names of the cluster up.
type Resolver interface {
	LookupIP(ctx context.Context, network, host string) ([]net.IP, error)
}

// Connector opens connections into the cluster network for whoever asks with HTTP CONNECT.
type Connector struct {
	Pods     *Pods
	Resolver Resolver
}

// Serve answers on a listener until it is closed.
func (c *Connector) Serve(listener net.Listener) error {
	server := &http.Server{Handler: http.HandlerFunc(c.handle), ReadHeaderTimeout: 10 * time.Second}
	return server.Serve(listener)
}

func (c *Connector) handle(writer http.ResponseWriter, request *http.Request) {
	if request.Method != http.MethodConnect {
		http.Error(writer, "only CONNECT is answered here", http.StatusMethodNotAllowed)
		return
	}
	ctx, cancel := context.WithTimeout(request.Context(), 15*time.Second)
	defer cancel()
	target, err := c.dial(ctx, request.Header.Get(FromPodHeader), request.Host)
	if err != nil {
		http.Error(writer, err.Error(), http.StatusBadGateway)
		return
	}
	defer target.Close()
	client, buffered, err := writer.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	if _, err := io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	Splice(bufferedConn{client, buffered.Reader}, target)
}

func (c *Connector) dial(ctx context.Context, fromPod, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if net.ParseIP(host) == nil {
		ips, err := c.Resolver.LookupIP(ctx, "ip4", absolute(host))
		if err != nil {
			return nil, err
		}
		host = ips[0].String()
	}
	if fromPod == "" {
		return (&net.Dialer{}).DialContext(ctx, "tcp4", net.JoinHostPort(host, port))
	}
	namespace, name, found := strings.Cut(fromPod, "/")
	if !found {
		return nil, fmt.Errorf("%s: expected namespace/name; got %q", FromPodHeader, fromPod)
	}
	pod, found := c.Pods.Find(namespace, name)
	if !found {
		return nil, fmt.Errorf("no pod %s runs", fromPod)
	}
	return pod.Dial(ctx, net.JoinHostPort(host, port))
}

// absolute completes the short names that people use for Services.
func absolute(host string) string {
	host = strings.TrimSuffix(host, ".")
	if strings.HasSuffix(host, ".svc") {
		host += ".cluster.local"
	}
	return host + "."
}

// bufferedConn first gives what the HTTP server has read ahead.
type bufferedConn struct {
	net.Conn
	reader *bufio.Reader
}

func (b bufferedConn) Read(p []byte) (int, error) { return b.reader.Read(p) }

func (b bufferedConn) CloseWrite() error {
	if half, ok := b.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// Relay joins every connection that a listener takes to one that dial opens, until the listener is closed.
func Relay(listener net.Listener, dial func() (net.Conn, error)) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			target, err := dial()
			if err != nil {
				connection.Close()
				return
			}
			Splice(connection, target)
		}()
	}
}

// Splice copies both ways until both ends are through.
func Splice(a, b net.Conn) {
	var both sync.WaitGroup
	copyHalf := func(to, from net.Conn) {
		defer both.Done()
		_, _ = io.Copy(to, from)
		if half, ok := to.(interface{ CloseWrite() error }); !ok || half.CloseWrite() != nil {
			to.Close()
		}
	}
	both.Add(2)
	go copyHalf(a, b)
	go copyHalf(b, a)
	both.Wait()
	a.Close()
	b.Close()
}
