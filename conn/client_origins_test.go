package conn_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn"
)

// freeAddr returns an address that nobody listens on. Its port is below those that
// systems give to whoever asks for any, so nobody takes it before the server does.
func freeAddr(t *testing.T) string {
	var err error
	for range 100 {
		var l net.Listener
		if l, err = net.Listen("tcp", fmt.Sprint("127.0.0.1:", 20_000+rand.N(10_000))); err == nil {
			defer l.Close()
			return l.Addr().String()
		}
	}
	require.NoError(t, err)
	return ""
}

// start runs a server until the test ends, and returns when it accepts at addr.
func start(t *testing.T, addr, name string, args ...string) {
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("H1WIRE_REQUIRE_PEERS") == "1" {
			t.Fatalf("%s is not installed", name)
		}
		t.Skipf("SKIPPED: %s is not installed", name)
	}
	cmd := exec.Command(path, args...)
	var output strings.Builder
	cmd.Stdout, cmd.Stderr = &output, &output
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	for begun := time.Now(); ; {
		nc, err := net.DialTimeout("tcp", addr, time.Second)
		if err == nil {
			_ = nc.Close()
			return
		}
		if time.Since(begun) > time.Minute {
			t.Fatalf("%s does not listen: %s", name, output.String())
		}
		time.Sleep(20 * time.Millisecond) // another process: nothing to wait on
	}
}

// nginx starts nginx as an origin of what files holds, and returns its URL.
func nginx(t *testing.T, files map[string]string) string {
	dir := t.TempDir()
	for name, content := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644))
	}
	addr := freeAddr(t)
	config := fmt.Sprintf(`
daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/error.log;
events {}
http {
	access_log off;
	client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c;
	uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;
	keepalive_requests 5;
	server {
		listen %[2]s;
		root %[1]s;
		location / { gzip on; gzip_types *; gzip_min_length 1; }
		location /close { keepalive_timeout 0; return 200 "closing"; }
		location /small { client_max_body_size 10; return 200 "small"; }
	}
}`, dir, addr)
	path := filepath.Join(dir, "nginx.conf")
	require.NoError(t, os.WriteFile(path, []byte(config), 0o644))
	start(t, addr, "nginx", "-c", path, "-p", dir)
	return "http://" + addr
}

func TestClientWithNginx(t *testing.T) {
	large := strings.Repeat("0123456789abcdef", 1<<16) // 1 MiB
	url := nginx(t, map[string]string{"small": "hello", "large": large})
	for _, decompress := range []bool{false, true} {
		t.Run(fmt.Sprintf("gzip %v", decompress), func(t *testing.T) {
			client := &conn.Client{Params: conn.Params{Decompress: decompress}}
			defer client.Close()
			for range 12 { // more than keepalive_requests
				resp, body := exchange(t, client, newRequest(t, "GET", url+"/large"))
				require.Equal(t, 200, resp.Status)
				require.True(t, large == body)
				if decompress {
					require.Equal(t, "gzip", resp.Fields.String(conn.ConsumedContentEncoding))
				}
				require.NoError(t, resp.Close())
			}
			resp, body := exchange(t, client, newRequest(t, "HEAD", url+"/large"))
			require.Equal(t, 200, resp.Status)
			require.Empty(t, body)
			require.NoError(t, resp.Close())

			r := newRequest(t, "GET", url+"/large")
			r.Header = new(conn.Header)
			r.Header.Add("Range", "bytes=16-31")
			resp, body = exchange(t, client, r)
			require.Equal(t, 206, resp.Status)
			require.Equal(t, "0123456789abcdef", body)
			require.NoError(t, resp.Close())

			resp, body = exchange(t, client, newRequest(t, "GET", url+"/close"))
			require.Equal(t, "closing", body)
			require.NoError(t, resp.Close())

			r = newRequest(t, "POST", url+"/small")
			r.Body, r.Length = strings.NewReader(large), int64(len(large)) // answered before it is sent
			resp, _ = exchange(t, client, r)
			require.Equal(t, 413, resp.Status)
			require.NoError(t, resp.Close())

			resp, _ = exchange(t, client, newRequest(t, "GET", url+"/nothing"))
			require.Equal(t, 404, resp.Status)
			require.NoError(t, resp.Close())
		})
	}
}

func TestClientWithHAProxy(t *testing.T) {
	server, _ := httpOrigin(t, false)
	addr := freeAddr(t)
	path := filepath.Join(t.TempDir(), "haproxy.cfg")
	config := fmt.Sprintf(`
global
	maxconn 100
defaults
	mode http
	timeout connect 60s
	timeout client 60s
	timeout server 60s
frontend in
	bind %s
	http-request return status 200 content-type text/plain string "from haproxy" if { path /self }
	default_backend origin
backend origin
	server one %s
`, addr, strings.TrimPrefix(server.URL, "http://"))
	require.NoError(t, os.WriteFile(path, []byte(config), 0o644))
	start(t, addr, "haproxy", "-db", "-f", path)

	client := new(conn.Client)
	defer client.Close()
	for i := range 5 {
		resp, body := exchange(t, client, newRequest(t, "GET", "http://"+addr+"/self"))
		require.Equal(t, "from haproxy", body)
		require.NoError(t, resp.Close())

		want := strings.Repeat("x", i*50_000)
		r := newRequest(t, "POST", "http://"+addr+"/echo")
		r.Body, r.Length = strings.NewReader(want), -1
		resp, body = exchange(t, client, r)
		require.True(t, want == body)
		require.NoError(t, resp.Close())
	}
	echoOverUpgrade(t, client, "http://"+addr+"/upgrade")
}

func TestClientWithNode(t *testing.T) {
	addr := freeAddr(t)
	_, port, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	start(t, addr, "node", "-e", `
const server = require('http').createServer((req, res) => {
	if (req.url === '/hints') res.writeEarlyHints({link: '</a>; rel=preload'});
	res.setHeader('Trailer', 'X-Sum');
	req.on('data', (p) => res.write(p));
	req.on('end', () => { res.addTrailers({'X-Sum': '7'}); res.end('.'); });
});
server.keepAliveTimeout = 0; // 5 s, else
server.listen(`+port+`, '127.0.0.1');`)
	client := new(conn.Client)
	defer client.Close()
	for i := range 5 {
		want := strings.Repeat("x", i*50_000)
		r := newRequest(t, "POST", "http://"+addr+"/hints")
		r.Body, r.Length = strings.NewReader(want), int64(len(want))
		hints := 0
		r.Informational = func(*conn.StartLine, *conn.Fields) error { hints++; return nil }
		resp, body := exchange(t, client, r)
		require.True(t, want+"." == body)
		require.Equal(t, 1, hints)
		require.NotNil(t, resp.Trailer())
		require.Equal(t, "7", resp.Trailer().String("x-sum"))
		require.NoError(t, resp.Close())
	}
}
