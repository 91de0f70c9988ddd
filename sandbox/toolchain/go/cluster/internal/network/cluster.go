//go:build linux

// Package network makes the sandbox's cluster network: links and routes inside one network namespace.
package network

import (
	"fmt"
	"net"
	"os"

	"github.com/vishvananda/netlink"
)

// Loopback holds the addresses: not every kernel has links that go nowhere.
const nodesLink = "lo"

// SetUpCluster prepares the namespace that this process is in: forwarding, and the addresses of
// nodes, DNS and the API server.
func SetUpCluster() error {
	loopback, err := netlink.LinkByName(nodesLink)
	if err != nil {
		return err
	}
	if err := netlink.LinkSetUp(loopback); err != nil {
		return err
	}
	for name, value := range map[string]string{
		"net/ipv4/ip_forward":          "1",
		"net/ipv4/conf/all/rp_filter":  "0",
		"net/ipv4/ip_local_port_range": "20000 60999",
	} {
		if err := os.WriteFile("/proc/sys/"+name, []byte(value), 0o644); err != nil {
			return fmt.Errorf("setting %s: %w", name, err)
		}
	}
	for _, address := range []string{APIAddress, DNSAddress} {
		if err := AddAddress(address); err != nil {
			return err
		}
	}
	// kube-proxy rewrites Service addresses on their way out: they need a way. Any other address has none, and is
	// unreachable at once.
	_, services, err := net.ParseCIDR(ServiceCIDR)
	if err != nil {
		return err
	}
	return netlink.RouteAdd(&netlink.Route{LinkIndex: loopback.Attrs().Index, Dst: services, Src: net.ParseIP(APIAddress), Scope: netlink.SCOPE_LINK})
}

// AddAddress puts an address on the nodes' link. One that is there already is left.
func AddAddress(address string) error {
	link, err := netlink.LinkByName(nodesLink)
	if err != nil {
		return err
	}
	parsed := &netlink.Addr{IPNet: &net.IPNet{IP: net.ParseIP(address), Mask: net.CIDRMask(32, 32)}}
	if err := netlink.AddrReplace(link, parsed); err != nil {
		return fmt.Errorf("adding the address %s: %w", address, err)
	}
	return nil
}
