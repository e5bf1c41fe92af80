package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/tools/internal/peers"
)

// get runs h1get and returns what it wrote to standard output and, with both
// heads, to standard error.
func get(t *testing.T, stdin string, args ...string) (out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code := run(t.Context(), append([]string{"-timeout", "120s"}, args...), strings.NewReader(stdin), &o, &e)
	require.Equal(t, exitOK, code, "%s\n%s", args, e.String())
	return o.String(), e.String()
}

// content is n octets that are all different in every 251.
func content(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i % 251)
	}
	return string(b)
}

func TestFromNginx(t *testing.T) {
	dir := t.TempDir()
	large := content(10 << 20)
	text := strings.Repeat("to be packed ", 10000)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "large"), []byte(large), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "text.txt"), []byte(text), 0o600))
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, n)
	}))
	defer behind.Close()
	url := "http://" + peers.Nginx(t, dir, "gzip_types text/plain;", `
		root $DIR;
		add_header X-Request $connection_requests always;
		location /text.txt { gzip on; default_type text/plain; }
		location /length { proxy_request_buffering off; proxy_http_version 1.1; proxy_pass `+behind.URL+`; }
		location /none { return 204; }
		location /moved { return 301 /large; }
		location /closed { keepalive_timeout 0; return 200 "closed"; }`)

	out, _ := get(t, "", url+"/large")
	require.True(t, out == large, "10 MiB")
	out, errs := get(t, "", "-v", "-gzip", url+"/text.txt")
	require.True(t, out == text, "gzip")
	require.Contains(t, errs, "Content-Encoding: gzip")
	require.Contains(t, errs, "Transfer-Encoding: chunked")

	_, errs = get(t, "", append([]string{"-v"}, strings.Fields(strings.Repeat(url+"/large "+url+"/none "+url+"/text.txt "+url+"/moved ", 5))...)...)
	require.Contains(t, errs, "X-Request: 20", "one connection for all")
	_, errs = get(t, "", "-v", url+"/closed", url+"/closed")
	require.NotContains(t, errs, "X-Request: 2")

	out, _ = get(t, "", "-X", "HEAD", url+"/large")
	require.Empty(t, out)
	out, _ = get(t, "", "-H", "Range: bytes=1-4", url+"/large")
	require.Equal(t, large[1:5], out)
	out, _ = get(t, large, "-X", "POST", "-d", "@-", url+"/length")
	require.Equal(t, strconv.Itoa(len(large)), out)
	out, _ = get(t, large, "-X", "POST", "-T", "-", url+"/length")
	require.Equal(t, strconv.Itoa(len(large)), out, "chunked")
}

func TestFromHaproxy(t *testing.T) {
	url := "http://" + peers.Haproxy(t, "", `
	http-request return status 204 if { path /none }
	http-request return status 200 content-type text/plain lf-string "%[req.body_size] %[req.body]" if { path /echo }
	http-request return status 200 content-type text/plain string "hello"
	option http-buffer-request
`)
	out, _ := get(t, "", url+"/", url+"/none", url+"/")
	require.Equal(t, "hellohello", out)
	out, _ = get(t, "", "-X", "HEAD", url+"/")
	require.Empty(t, out)
	out, _ = get(t, "", "-d", "a content", url+"/echo")
	require.Equal(t, "9 a content", out)
	out, _ = get(t, "a content", "-X", "POST", "-T", "-", url+"/echo")
	require.Equal(t, "9 a content", out, "chunked")
}

// Node's server counts the requests of each connection.
const nodeServer = `
const http = require('http');
const server = http.createServer((q, r) => {
	q.socket.n = (q.socket.n || 0) + 1;
	r.setHeader('X-Request', q.socket.n);
	switch (q.url) {
	case '/echo': q.pipe(r); break;
	case '/early': r.writeEarlyHints({ link: '</a>; rel=preload' }); r.end('early'); break;
	case '/trailers':
		r.writeHead(200, { Trailer: 'X-End' });
		r.write('content');
		r.addTrailers({ 'X-End': 'reached' });
		r.end();
		break;
	case '/none': r.writeHead(204).end(); break;
	case '/length': { let n = 0; q.on('data', (p) => n += p.length).on('end', () => r.end(String(n))); break; }
	default: q.resume(); r.end('hello');
	}
});
server.keepAliveTimeout = 0; // 5 s, else
server.listen(+process.argv[2], '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
`

func TestFromNode(t *testing.T) {
	url := "http://" + peers.Node(t, nodeServer)
	large := content(1 << 20)
	out, errs := get(t, "", append([]string{"-v"}, strings.Fields(strings.Repeat(url+"/ "+url+"/none ", 10))...)...)
	require.Equal(t, strings.Repeat("hello", 10), out)
	require.Contains(t, errs, "X-Request: 20")
	out, _ = get(t, large, "-X", "POST", "-T", "-", url+"/echo")
	require.True(t, out == large, "chunked both ways at once")
	out, _ = get(t, large, "-X", "POST", "-d", "@-", url+"/length")
	require.Equal(t, strconv.Itoa(len(large)), out)
	out, _ = get(t, large, "-X", "POST", "-H", "Expect: 100-continue", "-d", "@-", url+"/length")
	require.Equal(t, strconv.Itoa(len(large)), out)
	out, errs = get(t, "", "-v", url+"/early")
	require.Equal(t, "early", out)
	require.Contains(t, errs, "103")
	out, errs = get(t, "", "-v", url+"/trailers")
	require.Equal(t, "content", out)
	require.Contains(t, errs, "X-End: reached")
}

func TestFromNetHTTP(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).EnableFullDuplex()
		var b bytes.Buffer
		_, _ = b.ReadFrom(r.Body)
		_, _ = w.Write(b.Bytes())
	})
	mux.HandleFunc("/refused", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusForbidden) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.RemoteAddr, "\n") })
	for name, start := range map[string]func(http.Handler) *httptest.Server{"plain": httptest.NewServer, "TLS": httptest.NewTLSServer} {
		t.Run(name, func(t *testing.T) {
			s := start(mux)
			defer s.Close()
			out, _ := get(t, "", "-k", s.URL+"/a", s.URL+"/b", s.URL+"/c")
			addrs := strings.Fields(out)
			require.Len(t, addrs, 3)
			require.Equal(t, []string{addrs[0], addrs[0], addrs[0]}, addrs, "one connection")
			large := content(3 << 20)
			out, _ = get(t, large, "-k", "-X", "PUT", "-T", "-", s.URL+"/echo")
			require.True(t, out == large, "chunked both ways")
			out, _ = get(t, large, "-k", "-X", "POST", "-H", "Expect: 100-continue", "-d", "@-", s.URL+"/echo")
			require.True(t, out == large, "after 100 (Continue)")
			out, _ = get(t, large, "-k", "-X", "POST", "-H", "Expect: 100-continue", "-d", "@-", s.URL+"/refused")
			require.Equal(t, "no\n", out)
		})
	}
}
