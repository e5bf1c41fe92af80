package main

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/tools/internal/peers"
)

func TestCurl(t *testing.T) {
	upload, content := file(t, 10<<20)
	dir := filepath.Dir(upload)
	for name, cfg := range configs() {
		t.Run(name, func(t *testing.T) {
			cfg.dir = dir
			s := serveConfig(t, cfg)
			url := "http://" + s.addr
			t.Run("GET", func(t *testing.T) {
				got := curl(t, "-i", url+"/plaintext")
				require.True(t, strings.HasPrefix(got, "HTTP/1.1 200 OK\r\n"), got)
				require.Contains(t, got, "Content-Length: 13\r\n")
				require.Contains(t, got, "\r\nDate: ")
				require.True(t, strings.HasSuffix(got, "\r\n\r\nHello, World!"), got)
			})
			t.Run("HEAD", func(t *testing.T) {
				got := curl(t, "-I", url+"/plaintext", url+"/big")
				require.Equal(t, 2, strings.Count(got, "HTTP/1.1 200 OK\r\n"), got)
				require.Contains(t, got, "Content-Length: 1048576\r\n")
			})
			t.Run("POST of 10 MiB", func(t *testing.T) {
				require.Equal(t, "10485760", curl(t, "--data-binary", "@"+upload, url+"/upload"))
			})
			t.Run("POST of 10 MiB and back", func(t *testing.T) {
				back := filepath.Join(t.TempDir(), "back")
				curl(t, "-o", back, "--data-binary", "@"+upload, url+"/echo")
				sameFile(t, back, content)
			})
			t.Run("chunked upload", func(t *testing.T) {
				require.Equal(t, "10485760", curl(t, "-H", "Transfer-Encoding: chunked", "-T", upload, url+"/upload"))
			})
			t.Run("Expect: 100-continue", func(t *testing.T) {
				got := curl(t, "-i", "-H", "Expect: 100-continue", "--expect100-timeout", "20", "-d", "hello", url+"/upload")
				require.True(t, strings.HasPrefix(got, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"), got)
				require.True(t, strings.HasSuffix(got, "\r\n\r\n5"), got)
			})
			t.Run("keep-alive", func(t *testing.T) {
				before := s.conns.Load()
				urls := strings.Fields(strings.Repeat(url+"/plaintext "+url+"/big ", 10))
				got := curl(t, append([]string{"-w", " %{num_connects} %{http_code}\n", "-o", "/dev/null"}, outputs(urls)...)...)
				require.Equal(t, " 1 200\n"+strings.Repeat(" 0 200\n", 19), got)
				require.Equal(t, before+1, s.conns.Load())
			})
			t.Run("HTTP/1.0", func(t *testing.T) {
				got := curl(t, "-0", "-i", url+"/plaintext")
				require.Contains(t, got, "Connection: close\r\n")
				require.NotContains(t, got, "Transfer-Encoding")
				require.True(t, strings.HasSuffix(got, "Hello, World!"), got)
			})
			t.Run("file", func(t *testing.T) {
				back := filepath.Join(t.TempDir(), "back")
				curl(t, "-o", back, url+"/file")
				sameFile(t, back, content)
			})
			t.Run("ranges", func(t *testing.T) {
				for ask, want := range map[string]string{"0-4": "\x00\x01\x02\x03\x04", "251-253": "\x00\x01\x02", "-2": string(content[len(content)-2:])} {
					require.Equal(t, want+" 206", curl(t, "-w", " %{http_code}", "-r", ask, url+"/file"))
				}
				require.Equal(t, "416", curl(t, "-o", "/dev/null", "-w", "%{http_code}", "-r", "99999999-", url+"/file"))
			})
			t.Run("download gone on with", func(t *testing.T) {
				back := filepath.Join(t.TempDir(), "back")
				require.NoError(t, os.WriteFile(back, content[:1<<20], 0o600))
				curl(t, "-C", "-", "-o", back, url+"/file")
				sameFile(t, back, content)
			})
			t.Run("not modified", func(t *testing.T) {
				require.Equal(t, "304", curl(t, "-o", "/dev/null", "-w", "%{http_code}", "-z", upload, url+"/file"))
			})
			t.Run("gzip", func(t *testing.T) {
				var z bytes.Buffer
				w := gzip.NewWriter(&z)
				_, err := w.Write(content)
				require.NoError(t, err)
				require.NoError(t, w.Close())
				packed := filepath.Join(t.TempDir(), "packed")
				require.NoError(t, os.WriteFile(packed, z.Bytes(), 0o600))
				require.Equal(t, "10485760", curl(t, "-H", "Content-Encoding: gzip", "--data-binary", "@"+packed, url+"/gz"))
				got := curl(t, "-o", "/dev/null", "-w", "%{http_code}", "-H", "Content-Encoding: gzip", "-d", "this is not gzip", url+"/gz")
				require.Equal(t, strconv.Itoa(http.StatusBadRequest), got)
			})
		})
	}
}

func curl(t *testing.T, args ...string) string {
	t.Helper()
	return peers.Run(t, "curl", append([]string{"-sS", "--http1.1", "--max-time", "120"}, args...)...)
}

// outputs gives every URL but the first its own -o.
func outputs(urls []string) []string {
	args := urls[:1:1]
	for _, u := range urls[1:] {
		args = append(args, "-o", "/dev/null", u)
	}
	return args
}

func TestPipelinedRequests(t *testing.T) {
	for name, cfg := range configs() {
		t.Run(name, func(t *testing.T) {
			s := serveConfig(t, cfg)
			get := "GET /plaintext HTTP/1.1\r\nHost: h\r\n\r\n"
			got := exchangeRaw(t, s.addr, strings.Repeat(get, 500)+last)
			require.Equal(t, 501, strings.Count(got, "HTTP/1.1 200 OK\r\n"))
			require.Equal(t, 501, strings.Count(got, "\r\n\r\nHello, World!"))

			var send, want strings.Builder
			for i := range 200 {
				body := strings.Repeat(strconv.Itoa(i), 1+i*7)
				send.WriteString("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body)
				want.WriteString(body)
			}
			got = exchangeRaw(t, s.addr, send.String()+last)
			want.WriteString("Hello, World!")
			var bodies strings.Builder
			for _, r := range strings.Split(got, "HTTP/1.1 200 OK\r\n")[1:] {
				_, body, _ := strings.Cut(r, "\r\n\r\n")
				bodies.WriteString(body)
			}
			require.Equal(t, want.String(), bodies.String())
		})
	}
}

// last is a request that ends its connection.
const last = "GET /plaintext HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"

func TestWrk(t *testing.T) {
	for name, cfg := range configs() {
		t.Run(name, func(t *testing.T) {
			s := serveConfig(t, cfg)
			got := peers.Run(t, "wrk", "-t1", "-c64", "-d1s", "--timeout", "60s", "http://"+s.addr+"/plaintext")
			require.NotContains(t, got, "Socket errors", got)
			require.NotContains(t, got, "Non-2xx", got)
			require.Contains(t, got, " requests in ", got)
			require.NotContains(t, got, " 0 requests in ", got)
		})
	}
}
