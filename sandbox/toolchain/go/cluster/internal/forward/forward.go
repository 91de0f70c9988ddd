//go:build linux

// Package forward leads ports of the machine's loopback interface to the Services that have a load balancer.
package forward

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"sort"
	"strconv"
	"sync"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"

	"ecommerce-mesh/toolchain/cluster/internal/network"
	"ecommerce-mesh/toolchain/cluster/internal/webproxy"
)

// Port is one forwarded port, as the file holds it.
type Port struct {
	Namespace string `json:"namespace"`
	Service   string `json:"service"`
	Name      string `json:"name"`
	Port      int32  `json:"port"`
	// Local is the port on 127.0.0.1.
	Local int `json:"local"`
	// URL is the address for browsers, the same for all: see ServeWeb.
	URL string `json:"url,omitempty"`
}

func (p Port) key() string { return fmt.Sprintf("%s/%s:%d", p.Namespace, p.Service, p.Port) }

// Forwards keeps the file and the listeners in step with the cluster's Services.
type Forwards struct {
	path   string
	socket string

	mu        sync.Mutex
	former    map[string]int
	ports     map[string]Port
	listeners map[string]net.Listener
	web       string
}

// New reads which ports were used before: they are taken again where they are free.
func New(path, socket string) (*Forwards, error) {
	forwards := &Forwards{path: path, socket: socket, former: map[string]int{}, ports: map[string]Port{}, listeners: map[string]net.Listener{}}
	text, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	var ports []Port
	// A file that was cut off by a power failure: other ports will do.
	_ = json.Unmarshal(text, &ports)
	for _, port := range ports {
		forwards.former[port.key()] = port.Local
		if address, err := url.Parse(port.URL); err == nil && port.URL != "" {
			// No port at all: any will do.
			forwards.former[webKey], _ = strconv.Atoi(address.Port())
		}
	}
	return forwards, nil
}

// Follow forwards until the context ends.
func (f *Forwards) Follow(ctx context.Context, client kubernetes.Interface) {
	informer := informers.NewSharedInformerFactory(client, 0).Core().V1().Services().Informer()
	// The error is that of a stopped informer, which this one is not.
	_, _ = informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { f.set(object.(*v1.Service)) },
		UpdateFunc: func(_, object any) { f.set(object.(*v1.Service)) },
		DeleteFunc: func(object any) {
			if gone, ok := object.(cache.DeletedFinalStateUnknown); ok {
				object = gone.Obj
			}
			service := object.(*v1.Service).DeepCopy()
			service.Spec.Ports = nil
			f.set(service)
		},
	})
	informer.Run(ctx.Done())
}

func (f *Forwards) set(service *v1.Service) {
	f.mu.Lock()
	defer f.mu.Unlock()
	wanted := map[string]Port{}
	if service.Spec.Type == v1.ServiceTypeLoadBalancer {
		for _, port := range service.Spec.Ports {
			one := Port{Namespace: service.Namespace, Service: service.Name, Name: port.Name, Port: port.Port}
			wanted[one.key()] = one
		}
	}
	changed := false
	for key, port := range f.ports {
		if _, stays := wanted[key]; !stays && port.Namespace == service.Namespace && port.Service == service.Name {
			f.listeners[key].Close()
			delete(f.listeners, key)
			delete(f.ports, key)
			changed = true
		}
	}
	for key, port := range wanted {
		if _, there := f.ports[key]; there {
			continue
		}
		if err := f.open(key, port, service.Spec.ClusterIP); err != nil {
			fmt.Fprintf(os.Stderr, "mesh-node: forwarding %s: %v\n", key, err)
			continue
		}
		changed = true
	}
	if changed {
		if err := f.write(); err != nil {
			fmt.Fprintln(os.Stderr, "mesh-node:", err)
		}
	}
}

// listen takes the port that was used before where it is free.
func (f *Forwards) listen(key string) (net.Listener, error) {
	listener, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(f.former[key])))
	if err != nil {
		return net.Listen("tcp4", "127.0.0.1:0")
	}
	return listener, nil
}

// webKey is no key of a Service's port.
const webKey = "web"

// ServeWeb serves the hosts of a file to browsers on this machine. To be called before Follow.
func (f *Forwards) ServeWeb(hostsFile string) error {
	listener, err := f.listen(webKey)
	if err != nil {
		return err
	}
	f.web = fmt.Sprintf("http://%s/", listener.Addr())
	dial := func(ctx context.Context, _, address string) (net.Conn, error) { return f.Dial(ctx, address) }
	server := &http.Server{Handler: webproxy.New(dial, hostsFile), ReadHeaderTimeout: 10 * time.Second}
	go func() { fmt.Fprintln(os.Stderr, "mesh-node: the proxy for browsers:", server.Serve(listener)) }()
	return nil
}

func (f *Forwards) open(key string, port Port, clusterIP string) error {
	listener, err := f.listen(key)
	if err != nil {
		return err
	}
	port.Local, port.URL = listener.Addr().(*net.TCPAddr).Port, f.web
	f.former[key], f.ports[key], f.listeners[key] = port.Local, port, listener
	target := net.JoinHostPort(clusterIP, strconv.Itoa(int(port.Port)))
	go network.Relay(listener, func() (net.Conn, error) { return f.Dial(context.Background(), target) })
	return nil
}

// Dial opens a connection into the cluster network.
func (f *Forwards) Dial(ctx context.Context, address string) (net.Conn, error) {
	connection, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "unix", f.socket)
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(connection, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n", address, address); err != nil {
		connection.Close()
		return nil, err
	}
	answer, err := http.ReadResponse(bufio.NewReaderSize(oneByte{connection}, 16), &http.Request{Method: http.MethodConnect})
	if err != nil {
		connection.Close()
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		connection.Close()
		return nil, fmt.Errorf("%s cannot be reached: %s", address, answer.Status)
	}
	return connection, nil
}

// oneByte keeps the reader of the answer from reading what comes after it.
type oneByte struct{ net.Conn }

func (o oneByte) Read(p []byte) (int, error) { return o.Conn.Read(p[:1]) }

func (f *Forwards) write() error {
	ports := make([]Port, 0, len(f.ports))
	for _, port := range f.ports {
		ports = append(ports, port)
	}
	sort.Slice(ports, func(i, j int) bool { return ports[i].key() < ports[j].key() })
	text, err := json.MarshalIndent(ports, "", "  ")
	if err != nil {
		return err
	}
	unfinished := f.path + ".unfinished"
	if err := os.WriteFile(unfinished, append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(unfinished, f.path)
}
