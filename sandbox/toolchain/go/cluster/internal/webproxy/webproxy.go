// Package webproxy lets a browser on this machine open the mesh's hosts at one loopback address.
//
// A browser that opens http://127.0.0.1:PORT/products sends that address as its Host, which no gateway answers for. This
// reverse proxy puts the mesh's host in its place, speaks TLS where the gateway does, and turns redirects back.
package webproxy

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// Host is a host name of the mesh and where requests for it enter. The first one of the file is the host of plain
// loopback addresses.
type Host struct {
	// Host name, e.g. ecommerce.example.com; with a leading "*." every host one label or more below it.
	Host string `json:"host"`
	// Service of the gateway as namespace/name.
	Service string `json:"service"`
	// Port of that Service.
	Port int `json:"port"`
	// TLS: the gateway speaks TLS on this port.
	TLS bool `json:"tls"`
}

// Dial opens a connection to a port of a Service, named by its DNS name in the cluster:
// "istio-ingressgateway.istio-ingress.svc.cluster.local:80".
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

const (
	connectTimeout = 10 * time.Second
	idleTimeout    = 30 * time.Second
	// What a browser may name to mean its own machine; browsers resolve every name below it to loopback.
	localhost = "localhost"
)

// New returns the handler that serves the hosts in a JSON file: a list of Host. The file is read with every request, so
// that a later `up` may change it, and a request before the first `up` has ended is told so.
func New(dial Dial, hostsFile string) http.Handler {
	read := func() ([]Host, error) { return readHosts(hostsFile) }
	proxy := &httputil.ReverseProxy{
		Rewrite: func(request *httputil.ProxyRequest) {
			target := targetOf(request.In.Context())
			request.Out.URL.Scheme = map[bool]string{true: "https", false: "http"}[target.host.TLS]
			request.Out.URL.Host = net.JoinHostPort(target.name, strconv.Itoa(target.host.Port))
			request.Out.Host = target.name
			request.Out.Header.Set("X-Forwarded-Host", request.In.Host)
		},
		ModifyResponse: func(response *http.Response) error {
			turnBack(response, read)
			return nil
		},
		ErrorHandler: func(writer http.ResponseWriter, request *http.Request, err error) {
			host := targetOf(request.Context()).host
			http.Error(writer, fmt.Sprintf("%s does not answer on port %d: %v", host.Service, host.Port, err), http.StatusBadGateway)
		},
		Transport: transport(dial),
	}
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		hosts, err := read()
		if err != nil || len(hosts) == 0 {
			http.Error(writer, "the stack has no public host yet: `mesh up` has not finished", http.StatusServiceUnavailable)
			return
		}
		target, found := choose(hosts, request.Host)
		if !found {
			// Not the first host in its place: a page elsewhere whose name resolves to loopback gets nothing.
			http.Error(writer, fmt.Sprintf("no host of the mesh is named %s; known: %s", request.Host, names(hosts)), http.StatusMisdirectedRequest)
			return
		}
		proxy.ServeHTTP(writer, request.WithContext(context.WithValue(request.Context(), targetKey{}, target)))
	})
}

type targetKey struct{}

// target is where one request goes: an entry of the file, and the name that takes the place of a wildcard.
type target struct {
	host Host
	name string
}

func targetOf(ctx context.Context) target {
	found, _ := ctx.Value(targetKey{}).(target)
	return found
}

func readHosts(file string) ([]Host, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var hosts []Host
	return hosts, json.Unmarshal(content, &hosts)
}

// choose finds the host that a request means: by its own name, by its name below localhost
// (shop.example.com.localhost, for browsers), or the first one for a loopback address.
func choose(hosts []Host, authority string) (target, bool) {
	name := strings.ToLower(withoutPort(authority))
	if named, found := find(hosts, strings.TrimSuffix(name, "."+localhost)); found {
		return named, true
	}
	address := net.ParseIP(strings.Trim(name, "[]"))
	if name == localhost || (address != nil && address.IsLoopback()) {
		return target{host: hosts[0], name: concrete(hosts[0].Host)}, true
	}
	return target{}, false
}

// concrete is a name that a wildcard covers.
func concrete(host string) string {
	if below, isWildcard := strings.CutPrefix(host, "*"); isWildcard {
		return "www" + below
	}
	return host
}

func find(hosts []Host, name string) (target, bool) {
	for _, host := range hosts {
		if host.Host == name {
			return target{host: host, name: name}, true
		}
	}
	for _, host := range hosts {
		if below, isWildcard := strings.CutPrefix(host.Host, "*"); isWildcard && strings.HasSuffix(name, below) {
			return target{host: host, name: name}, true
		}
	}
	return target{}, false
}

func withoutPort(authority string) string {
	if host, _, err := net.SplitHostPort(authority); err == nil {
		return host
	}
	return authority
}

func names(hosts []Host) string {
	all := make([]string, 0, len(hosts))
	for _, host := range hosts {
		all = append(all, host.Host)
	}
	return strings.Join(all, ", ")
}

// turnBack makes a redirect to a host of the mesh lead to this proxy again.
func turnBack(response *http.Response, read func() ([]Host, error)) {
	location, err := url.Parse(response.Header.Get("Location"))
	if err != nil || location.Host == "" {
		return
	}
	// A file that cannot be read now was read for this request a moment ago: the redirect stays as it is.
	hosts, _ := read()
	named, found := find(hosts, strings.ToLower(location.Hostname()))
	if !found {
		return
	}
	own := response.Request.Header.Get("X-Forwarded-Host")
	location.Scheme = "http"
	location.Host = own
	if here := targetOf(response.Request.Context()); named.name != here.name {
		_, port, _ := net.SplitHostPort(own)
		location.Host = net.JoinHostPort(named.name+"."+localhost, port)
	}
	response.Header.Set("Location", location.String())
}

// transport keeps connections by host name and port, so that each TLS connection names its own host in the handshake, and
// dials the Service of the request's host.
func transport(dial Dial) *http.Transport {
	return &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			host := targetOf(ctx).host
			namespace, name, _ := strings.Cut(host.Service, "/")
			ctx, cancel := context.WithTimeout(ctx, connectTimeout)
			defer cancel()
			return dial(ctx, network, net.JoinHostPort(fmt.Sprintf("%s.%s.svc.cluster.local", name, namespace), strconv.Itoa(host.Port)))
		},
		// The certificate is the stack's own or a placeholder, and the connection does not leave this machine.
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec
		IdleConnTimeout: idleTimeout,
		// What the browser accepts is for the browser to say.
		DisableCompression: true,
	}
}
