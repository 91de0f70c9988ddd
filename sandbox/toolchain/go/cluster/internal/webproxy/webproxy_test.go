package webproxy

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A gateway that says what it was asked, and redirects /old to its own host.
func gateway(writer http.ResponseWriter, request *http.Request) {
	switch request.URL.Path {
	case "/old":
		writer.Header().Set("Location", "https://shop.example.com/new?a=1")
		writer.WriteHeader(http.StatusMovedPermanently)
	case "/other":
		writer.Header().Set("Location", "https://api.example.com/")
		writer.WriteHeader(http.StatusFound)
	case "/away":
		writer.Header().Set("Location", "https://elsewhere.example.org/")
		writer.WriteHeader(http.StatusFound)
	default:
		sni := ""
		if request.TLS != nil {
			sni = request.TLS.ServerName
		}
		io.WriteString(writer, strings.Join([]string{request.Host, request.URL.RequestURI(), request.Header.Get("X-Forwarded-Host"), sni}, " "))
	}
}

// serve starts the proxy before a gateway and returns its address and what it dialled.
func serve(t *testing.T, hosts string, isTLS bool) (address string, dialled *[]string) {
	t.Helper()
	start := httptest.NewServer
	if isTLS {
		start = httptest.NewTLSServer
	}
	behind := start(http.HandlerFunc(gateway))
	t.Cleanup(behind.Close)
	file := filepath.Join(t.TempDir(), "hosts.json")
	if hosts != "" {
		if err := os.WriteFile(file, []byte(hosts), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	dialled = &[]string{}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		*dialled = append(*dialled, address)
		return (&net.Dialer{}).DialContext(ctx, network, behind.Listener.Addr().String())
	}
	proxy := httptest.NewServer(New(dial, file))
	t.Cleanup(proxy.Close)
	return proxy.Listener.Addr().String(), dialled
}

func ask(t *testing.T, address, path, host string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, "http://"+address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if host != "" {
		request.Host = host
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, strings.TrimSpace(string(body))
}

const plain = `[
  {"host": "shop.example.com", "service": "istio-ingress/gw", "port": 80, "tls": false},
  {"host": "api.example.com", "service": "istio-ingress/gw", "port": 80, "tls": false},
  {"host": "*.tenants.example.com", "service": "istio-ingress/gw", "port": 80, "tls": false}
]`

func TestHosts(t *testing.T) {
	address, dialled := serve(t, plain, false)
	_, port, _ := net.SplitHostPort(address)
	for _, row := range []struct{ host, seen string }{
		{"", "shop.example.com"},
		{"localhost:" + port, "shop.example.com"},
		{"[::1]:" + port, "shop.example.com"},
		{"api.example.com", "api.example.com"},
		{"API.example.com:" + port, "api.example.com"},
		{"api.example.com.localhost:" + port, "api.example.com"},
		{"one.tenants.example.com", "one.tenants.example.com"},
	} {
		forwarded := row.host
		if forwarded == "" {
			forwarded = address
		}
		if _, body := ask(t, address, "/products?a=%2F", row.host); body != row.seen+" /products?a=%2F "+forwarded {
			t.Errorf("host %q: the gateway saw %q", row.host, body)
		}
	}
	if (*dialled)[0] != "gw.istio-ingress.svc.cluster.local:80" {
		t.Errorf("dialled %v", *dialled)
	}
}

func TestLoopbackOfAWildcardIsOneOfItsHosts(t *testing.T) {
	address, _ := serve(t, `[{"host": "*.example.com", "service": "istio-ingress/gw", "port": 80}]`, false)
	if _, body := ask(t, address, "/", ""); !strings.HasPrefix(body, "www.example.com / ") {
		t.Errorf("the gateway saw %q", body)
	}
}

func TestForeignHostIsRefused(t *testing.T) {
	address, dialled := serve(t, plain, false)
	response, body := ask(t, address, "/", "evil.example.net")
	if response.StatusCode != http.StatusMisdirectedRequest || !strings.Contains(body, "known: shop.example.com, api.example.com") {
		t.Errorf("got %d %s", response.StatusCode, body)
	}
	if len(*dialled) != 0 {
		t.Errorf("dialled %v", *dialled)
	}
}

func TestTLSNamesTheHost(t *testing.T) {
	address, dialled := serve(t, `[{"host": "shop.example.com", "service": "istio-ingress/gw", "port": 443, "tls": true}]`, true)
	if _, body := ask(t, address, "/cart", ""); body != "shop.example.com /cart "+address+" shop.example.com" {
		t.Errorf("the gateway saw %q", body)
	}
	if (*dialled)[0] != "gw.istio-ingress.svc.cluster.local:443" {
		t.Errorf("dialled %v", *dialled)
	}
}

func TestRedirectsLeadBackHere(t *testing.T) {
	address, _ := serve(t, plain, false)
	_, port, _ := net.SplitHostPort(address)
	for path, location := range map[string]string{
		"/old":   "http://" + address + "/new?a=1",
		"/other": "http://api.example.com.localhost:" + port + "/",
		"/away":  "https://elsewhere.example.org/",
	} {
		response, _ := ask(t, address, path, "")
		if got := response.Header.Get("Location"); got != location {
			t.Errorf("%s: expected %s, got %s", path, location, got)
		}
	}
}

func TestSaysWhatIsMissing(t *testing.T) {
	address, _ := serve(t, "", false)
	response, body := ask(t, address, "/", "")
	if response.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "has not finished") {
		t.Errorf("without hosts: got %d %s", response.StatusCode, body)
	}
	file := filepath.Join(t.TempDir(), "hosts.json")
	if err := os.WriteFile(file, []byte(plain), 0o600); err != nil {
		t.Fatal(err)
	}
	refuse := func(context.Context, string, string) (net.Conn, error) { return nil, io.ErrUnexpectedEOF }
	proxy := httptest.NewServer(New(refuse, file))
	defer proxy.Close()
	response, body = ask(t, proxy.Listener.Addr().String(), "/", "")
	if response.StatusCode != http.StatusBadGateway || !strings.Contains(body, "istio-ingress/gw does not answer on port 80") {
		t.Errorf("without a gateway: got %d %s", response.StatusCode, body)
	}
}
