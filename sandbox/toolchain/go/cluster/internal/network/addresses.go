//go:build linux

package network

import (
	"fmt"
	"net"
	"sync"
)

// Every address of the cluster network lies in shared address space (RFC 6598), and in a namespace of its own.
const (
	// PodCIDR is where pods get their addresses from.
	PodCIDR = "100.64.0.0/16"
	// ServiceCIDR is where the API server takes Service addresses from: the range that EKS uses.
	ServiceCIDR = "172.20.0.0/16"
	// APIAddress is where pods find the API server, behind the Service `kubernetes`.
	APIAddress = "100.127.255.1"
	// DNSAddress is where pods find CoreDNS.
	DNSAddress = "100.127.255.10"
	// gateway is each pod's next hop.
	gateway = "169.254.1.1"
)

// Addresses hands out pod addresses. One that was given back is the last to be used again.
type Addresses struct {
	mu   sync.Mutex
	next uint16
	used map[uint16]bool
}

// NewAddresses begins with 100.64.0.2.
func NewAddresses() *Addresses { return &Addresses{next: 2, used: map[uint16]bool{}} }

// Take returns a free address.
func (a *Addresses) Take() (net.IP, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for tries := 0; tries < 65534; tries++ {
		number := a.next
		a.next++
		if a.next == 65535 {
			a.next = 2
		}
		if !a.used[number] {
			a.used[number] = true
			return net.IPv4(100, 64, byte(number>>8), byte(number)), nil
		}
	}
	return nil, fmt.Errorf("every address of %s is in use", PodCIDR)
}

// GiveBack makes an address free.
func (a *Addresses) GiveBack(ip net.IP) {
	a.mu.Lock()
	defer a.mu.Unlock()
	four := ip.To4()
	delete(a.used, uint16(four[2])<<8|uint16(four[3]))
}

// NodeAddress is the address of the n-th node.
func NodeAddress(number int) string { return fmt.Sprintf("100.127.%d.%d", number/250, number%250+1) }
