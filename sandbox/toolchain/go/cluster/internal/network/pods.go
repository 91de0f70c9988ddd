//go:build linux

package network

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
)

// Pod is the network namespace of one pod.
type Pod struct {
	IP        net.IP
	namespace netns.NsHandle
	// home is the namespace of the cluster network.
	home netns.NsHandle
	link string
	key  string
}

// Pods makes the networks of all pods of all nodes.
type Pods struct {
	addresses *Addresses
	home      netns.NsHandle

	mu    sync.Mutex
	count int
	byPod map[string]*Pod
}

// NewPods remembers the namespace that this process is in as the cluster network.
func NewPods(addresses *Addresses) (*Pods, error) {
	home, err := netns.Get()
	if err != nil {
		return nil, err
	}
	return &Pods{addresses: addresses, home: home, byPod: map[string]*Pod{}}, nil
}

// Find returns the network of a pod that runs.
func (p *Pods) Find(namespace, name string) (*Pod, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	pod, found := p.byPod[namespace+"/"+name]
	return pod, found
}

// Add makes a namespace with an address, a route to the cluster network, and the pod's sysctls.
func (p *Pods) Add(namespace, name string, sysctls map[string]string) (*Pod, error) {
	ip, err := p.addresses.Take()
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.count++
	link := fmt.Sprintf("veth%d", p.count)
	p.mu.Unlock()
	pod := &Pod{IP: ip, home: p.home, link: link, key: namespace + "/" + name}
	if err := pod.make(sysctls); err != nil {
		p.Remove(pod)
		return nil, err
	}
	p.mu.Lock()
	p.byPod[pod.key] = pod
	p.mu.Unlock()
	return pod, nil
}

// Remove takes the namespace away. The kernel lets it go once its last process is gone.
func (p *Pods) Remove(pod *Pod) {
	if link, err := netlink.LinkByName(pod.link); err == nil {
		_ = netlink.LinkDel(link)
	}
	if pod.namespace > 0 {
		pod.namespace.Close()
		pod.namespace = 0
	}
	p.addresses.GiveBack(pod.IP)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byPod[pod.key] == pod {
		delete(p.byPod, pod.key)
	}
}

// NamespacePath is a path by which this process can open the namespace.
func (p *Pod) NamespacePath() string { return fmt.Sprintf("/proc/self/fd/%d", int(p.namespace)) }

// Do runs something on a thread that is inside the pod's network.
func (p *Pod) Do(work func()) error {
	runtime.LockOSThread()
	if err := netns.Set(p.namespace); err != nil {
		runtime.UnlockOSThread()
		return fmt.Errorf("entering the pod's network: %w", err)
	}
	work()
	if err := netns.Set(p.home); err != nil {
		// Without Unlock the thread ends with its goroutine: nobody else may get one in the wrong network.
		return fmt.Errorf("leaving the pod's network: %w", err)
	}
	runtime.UnlockOSThread()
	return nil
}

// Dial connects from inside the pod's network. The address is numeric.
func (p *Pod) Dial(ctx context.Context, address string) (net.Conn, error) {
	var connection net.Conn
	var err error
	dialer := net.Dialer{Timeout: 10 * time.Second}
	if inside := p.Do(func() { connection, err = dialer.DialContext(ctx, "tcp4", address) }); inside != nil {
		return nil, inside
	}
	return connection, err
}

func (p *Pod) make(sysctls map[string]string) error {
	made, err := newNamespace(p.home)
	if err != nil {
		return fmt.Errorf("making a network namespace: %w", err)
	}
	p.namespace = made
	if inside := p.Do(func() { err = p.setUpInside(sysctls) }); inside != nil {
		return inside
	}
	if err != nil {
		return err
	}
	return p.connect()
}

func newNamespace(home netns.NsHandle) (netns.NsHandle, error) {
	runtime.LockOSThread()
	made, err := netns.New()
	if back := netns.Set(home); back != nil {
		// As in Do: this thread is not given back.
		return made, back
	}
	runtime.UnlockOSThread()
	return made, err
}

// setUpInside runs inside the new namespace.
func (p *Pod) setUpInside(sysctls map[string]string) error {
	loopback, err := netlink.LinkByName("lo")
	if err != nil {
		return err
	}
	if err := netlink.LinkSetUp(loopback); err != nil {
		return err
	}
	// As container runtimes have it: programs without rights may listen on 80 and 443.
	values := map[string]string{"net.ipv4.ip_unprivileged_port_start": "0"}
	for name, value := range sysctls {
		values[name] = value
	}
	for name, value := range values {
		path := filepath.Join("/proc/sys", strings.ReplaceAll(name, ".", "/"))
		if err := os.WriteFile(path, []byte(value), 0o644); err != nil {
			return fmt.Errorf("setting %s: %w", name, err)
		}
	}
	return nil
}

// connect joins the pod to the cluster network by a pair of links and a route for its one address.
func (p *Pod) connect() error {
	veth := &netlink.Veth{
		LinkAttrs:     netlink.LinkAttrs{Name: p.link, MTU: 65535},
		PeerName:      "eth0",
		PeerNamespace: netlink.NsFd(p.namespace),
	}
	if err := netlink.LinkAdd(veth); err != nil {
		return fmt.Errorf("adding links: %w", err)
	}
	outside, err := netlink.LinkByName(p.link)
	if err != nil {
		return err
	}
	handle, err := netlink.NewHandleAt(p.namespace)
	if err != nil {
		return err
	}
	defer handle.Close()
	eth0, err := handle.LinkByName("eth0")
	if err != nil {
		return err
	}
	own := &net.IPNet{IP: p.IP, Mask: net.CIDRMask(32, 32)}
	hop := net.ParseIP(gateway)
	steps := []func() error{
		func() error { return netlink.LinkSetUp(outside) },
		func() error { return handle.LinkSetUp(eth0) },
		func() error { return handle.AddrAdd(eth0, &netlink.Addr{IPNet: own}) },
		func() error { return handle.NeighSet(neighbour(eth0, hop, outside)) },
		func() error { return netlink.NeighSet(neighbour(outside, p.IP, eth0)) },
		func() error {
			return handle.RouteAdd(&netlink.Route{LinkIndex: eth0.Attrs().Index, Dst: &net.IPNet{IP: hop, Mask: own.Mask}, Scope: netlink.SCOPE_LINK})
		},
		func() error { return handle.RouteAdd(&netlink.Route{LinkIndex: eth0.Attrs().Index, Gw: hop}) },
		func() error {
			return netlink.RouteAdd(&netlink.Route{LinkIndex: outside.Attrs().Index, Dst: own, Scope: netlink.SCOPE_LINK, Src: net.ParseIP(APIAddress)})
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("connecting the pod: %w", err)
		}
	}
	return nil
}

// neighbour spares asking for hardware addresses: both ends are known.
func neighbour(link netlink.Link, ip net.IP, other netlink.Link) *netlink.Neigh {
	return &netlink.Neigh{
		LinkIndex: link.Attrs().Index, State: netlink.NUD_PERMANENT, Family: netlink.FAMILY_V4, IP: ip,
		HardwareAddr: other.Attrs().HardwareAddr,
	}
}
