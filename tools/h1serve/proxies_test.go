package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/tools/internal/peers"
)

// Reverse proxies in front of the server, which keep their connections to it.

func TestBehindNginx(t *testing.T) {
	behind(t, func(t *testing.T, origin string) string {
		return peers.Nginx(t, "", "upstream origin { server "+origin+"; keepalive 32; keepalive_requests 100000; }", `
		location / {
			proxy_pass http://origin;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
			proxy_request_buffering off;
			proxy_buffering off;
			proxy_next_upstream off;
		}`)
	})
}

func TestBehindHaproxy(t *testing.T) {
	behind(t, func(t *testing.T, origin string) string {
		return peers.Haproxy(t, "backend origin\n\thttp-reuse always\n\tretries 0\n\tserver one "+origin+"\n", "\tdefault_backend origin\n")
	})
}

// behind sends through a proxy, that proxy starts, what must come back as it was.
func behind(t *testing.T, proxy func(t *testing.T, origin string) (addr string)) {
	upload, content := file(t, 10<<20)
	dir := filepath.Dir(upload)
	for name, cfg := range configs() {
		t.Run(name, func(t *testing.T) {
			cfg.dir = dir
			s := serveConfig(t, cfg)
			addr := proxy(t, s.addr)
			url := "http://" + addr
			back := filepath.Join(t.TempDir(), "back")

			require.Equal(t, "Hello, World!", curl(t, url+"/plaintext"))
			require.Equal(t, "10485760", curl(t, "--data-binary", "@"+upload, url+"/upload"))
			require.Equal(t, "10485760", curl(t, "-H", "Transfer-Encoding: chunked", "-T", upload, url+"/upload"))
			curl(t, "-o", back, "--data-binary", "@"+upload, url+"/echo")
			sameFile(t, back, content)
			curl(t, "-o", back, "-H", "Transfer-Encoding: chunked", "-T", upload, url+"/echo")
			sameFile(t, back, content)
			curl(t, "-o", back, url+"/file")
			sameFile(t, back, content)
			require.Contains(t, strings.ToLower(curl(t, "-I", url+"/big")), "content-length: 1048576\r\n")
			require.Equal(t, "404", curl(t, "-o", "/dev/null", "-w", "%{http_code}", url+"/nothing/there"))

			before := s.conns.Load()
			got := exchangeRaw(t, addr, strings.Repeat("GET /plaintext HTTP/1.1\r\nHost: h\r\n\r\n", 200)+last)
			require.Equal(t, 201, strings.Count(got, "Hello, World!"), "pipelined requests through the proxy")
			require.LessOrEqual(t, s.conns.Load()-before, int64(2), "the proxy's connections are kept")

			got = peers.Run(t, "wrk", "-t1", "-c16", "-d1s", "--timeout", "60s", url+"/plaintext")
			require.NotContains(t, got, "Socket errors", got)
			require.NotContains(t, got, "Non-2xx", got)
			require.NotContains(t, got, " 0 requests in ", got)
			require.Less(t, s.conns.Load(), int64(100), "the proxy's connections are kept")
		})
	}
}
