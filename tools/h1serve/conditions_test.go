package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// ask sends one request for a file and returns status and head, and content.
func ask(t *testing.T, s *served, method, target, fields string) (head, content string) {
	t.Helper()
	got := exchangeRaw(t, s.addr, method+" "+target+" HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"+fields+"\r\n")
	head, content, ok := strings.Cut(got, "\r\n\r\n")
	require.True(t, ok, got)
	return strings.TrimPrefix(head, "HTTP/1.1 "), content
}

// value returns that of a field in a head, or "".
func value(head, name string) string {
	_, rest, _ := strings.Cut(head, "\r\n"+name+": ")
	v, _, _ := strings.Cut(rest, "\r\n")
	return v
}

// RFC 9110 §13.2.2: which condition goes before which, and what each compares.
func TestConditions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	require.NoError(t, os.WriteFile(path, []byte("0123456789"), 0o600))
	modified := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	require.NoError(t, os.Chtimes(path, modified, modified))
	s := serveConfig(t, config{dir: filepath.Dir(path)})

	head, content := ask(t, s, "GET", "/f", "")
	require.Equal(t, "0123456789", content)
	require.Equal(t, "Fri, 02 Jan 2026 03:04:05 GMT", value(head, "Last-Modified"))
	etag := value(head, "ETag")
	require.Regexp(t, `^"[0-9a-f-]+"$`, etag)

	const (
		same   = "Fri, 02 Jan 2026 03:04:05 GMT"
		before = "Fri, 02 Jan 2026 03:04:04 GMT"
		later  = "Fri, 02 Jan 2026 03:04:06 GMT"
	)
	// A year of two digits is at most 50 years ahead.
	in := func(years int) string {
		return time.Now().AddDate(years, 0, 0).Format("Monday, 02-Jan-06 15:04:05 GMT")
	}
	for _, c := range []struct{ fields, status string }{
		{"If-None-Match: " + etag + "\r\n", "304"},
		{"If-None-Match: W/" + etag + "\r\n", "304"},
		{"If-None-Match: *\r\n", "304"},
		{`If-None-Match: "x", , W/"y,", ` + etag + "\r\n", "304"},
		{"If-None-Match: \"x\"\r\nIf-None-Match: " + etag + "\r\n", "304"},
		{"If-None-Match: \"x\"\r\n", "200"},
		{"If-None-Match:\r\n", "200"},
		{"If-None-Match: " + strings.Trim(etag, `"`) + "\r\n", "200"},
		{"If-Modified-Since: " + same + "\r\n", "304"},
		{"If-Modified-Since: " + before + "\r\n", "200"},
		{"If-Modified-Since: Friday, 02-Jan-26 03:04:05 GMT\r\n", "304"},
		{"If-Modified-Since: Fri Jan  2 03:04:05 2026\r\n", "304"},
		{"If-Modified-Since: yesterday\r\n", "200"},
		{"If-Modified-Since: " + in(49) + "\r\n", "304"},
		{"If-Modified-Since: " + in(51) + "\r\n", "200"},
		{"If-Unmodified-Since: " + in(49) + "\r\n", "200"},
		{"If-Unmodified-Since: " + in(51) + "\r\n", "412"},
		// Two lines are a list, and a list is no date.
		{"If-Modified-Since: " + same + "\r\nIf-Modified-Since: " + same + "\r\n", "200"},
		{"If-Unmodified-Since: " + before + "\r\nIf-Unmodified-Since: " + before + "\r\n", "200"},
		// If-None-Match is the more exact one, so If-Modified-Since is ignored.
		{"If-None-Match: \"x\"\r\nIf-Modified-Since: " + same + "\r\n", "200"},
		{"If-None-Match: " + etag + "\r\nIf-Modified-Since: " + before + "\r\n", "304"},
		{"If-Match: " + etag + "\r\n", "200"},
		{"If-Match: *\r\n", "200"},
		{"If-Match: W/" + etag + "\r\n", "412"},
		{"If-Match: \"x\"\r\n", "412"},
		{"If-Match: \"x\"\r\nIf-None-Match: " + etag + "\r\n", "412"},
		{"If-Match: " + etag + "\r\nIf-None-Match: " + etag + "\r\n", "304"},
		{"If-Unmodified-Since: " + before + "\r\n", "412"},
		{"If-Unmodified-Since: " + later + "\r\n", "200"},
		{"If-Match: " + etag + "\r\nIf-Unmodified-Since: " + before + "\r\n", "200"},
		{"Range: bytes=1-2\r\nIf-None-Match: " + etag + "\r\n", "304"},
		{"Range: bytes=1-2\r\nIf-Range: " + etag + "\r\n", "206"},
		{"Range: bytes=1-2\r\nIf-Range: " + same + "\r\n", "206"},
		{"Range: bytes=1-2\r\nIf-Range: W/" + etag + "\r\n", "200"},
		{"Range: bytes=1-2\r\nIf-Range: " + later + "\r\n", "200"},
		{"Range: bytes=1-2\r\nIf-Range:\r\n", "200"},
		{"Range: bytes=1-2\r\nIf-Range: " + etag + "\r\nIf-Range: " + etag + "\r\n", "200"},
		{"Range: bytes=1-2\r\nRange: bytes=1-2\r\n", "200"},
	} {
		for _, method := range []string{"GET", "HEAD"} {
			head, content := ask(t, s, method, "/f", c.fields)
			want := c.status
			if want == "206" && method == "HEAD" {
				want = "200"
			}
			require.Equal(t, want, head[:3], "%s %s", method, c.fields)
			require.Equal(t, etag, value(head, "ETag"), c.fields)
			require.NotEmpty(t, value(head, "Date"), c.fields)
			if want == "304" || want == "412" || method == "HEAD" {
				require.Empty(t, content, c.fields)
			}
		}
	}
}

func TestRanges(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "f"), []byte("0123456789"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "empty"), nil, 0o600))
	s := serveConfig(t, config{dir: dir})
	for _, c := range []struct{ target, value, status, part, content string }{
		{"/f", "bytes=0-0", "206", "bytes 0-0/10", "0"},
		{"/f", "Bytes=2-4", "206", "bytes 2-4/10", "234"},
		{"/f", "bytes=8-", "206", "bytes 8-9/10", "89"},
		{"/f", "bytes=-3", "206", "bytes 7-9/10", "789"},
		{"/f", "bytes=-99", "206", "bytes 0-9/10", "0123456789"},
		{"/f", "bytes=9-99999999999999999999999", "206", "bytes 9-9/10", "9"},
		{"/f", "bytes=10-", "416", "bytes */10", ""},
		{"/f", "bytes=99999999999999999999999-", "416", "bytes */10", ""},
		{"/f", "bytes=-0", "416", "bytes */10", ""},
		{"/f", "bytes=4-2", "200", "", "0123456789"},
		{"/f", "bytes=0-1,4-5", "200", "", "0123456789"},
		{"/f", "bytes=-", "200", "", "0123456789"},
		{"/f", "bytes=", "200", "", "0123456789"},
		{"/f", "bytes=+1-2", "200", "", "0123456789"},
		{"/f", "bytes=1-2x", "200", "", "0123456789"},
		{"/f", "lines=1-2", "200", "", "0123456789"},
		{"/empty", "bytes=0-", "200", "", ""},
	} {
		head, content := ask(t, s, "GET", c.target, "Range: "+c.value+"\r\n")
		require.Equal(t, c.status, head[:3], c.value)
		require.Equal(t, c.part, value(head, "Content-Range"), c.value)
		require.Equal(t, c.content, content, c.value)
		require.Equal(t, "bytes", value(head, "Accept-Ranges"), c.value)
	}
}

func TestNetHTTPFilesThatAreRefused(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "served")
	require.NoError(t, os.Mkdir(dir, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(top, "secret"), []byte("secret"), 0o600))
	require.NoError(t, os.Symlink("../secret", filepath.Join(dir, "link")))
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600))
	s := serveConfig(t, config{dir: dir, nethttp: true})
	for target, status := range map[string]string{"/pipe": "403", "/none": "404", "/": "200"} {
		head, _ := ask(t, s, "GET", target, "")
		require.Equal(t, status, head[:3], target)
	}
	for method, status := range map[string]string{"DELETE": "405", "PUT": "405", "FOO": "405", "TRACE": "405", "OPTIONS": "204"} {
		head, content := ask(t, s, method, "/", "")
		require.Equal(t, status, head[:3], method)
		require.Equal(t, "GET, HEAD, OPTIONS", value(head, "Allow"), method)
		require.Empty(t, content, method)
	}
	for _, target := range []string{"/../secret", "/%2e%2e/secret", "/..%2fsecret", "/link"} {
		head, _ := ask(t, s, "GET", target, "")
		require.NotEqual(t, "200", head[:3], target)
	}
}

// What is not to be had from a directory: nothing above it, no way to wait.
func TestFilesThatAreRefused(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "served")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "sub"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(top, "secret"), []byte("secret"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "f"), nil, 0o600))
	require.NoError(t, os.Symlink("../secret", filepath.Join(dir, "link")))
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600))
	for _, cfg := range []config{{dir: dir}, {dir: dir, driver: configs()["loop"].driver}} {
		s := serveConfig(t, cfg)
		for _, c := range []struct{ method, target, status, location string }{
			{"GET", "/../secret", "404", ""},
			{"GET", "/%2e%2e/secret", "404", ""},
			{"GET", "/..%2fsecret", "404", ""},
			{"GET", "/sub/../../secret", "404", ""},
			{"GET", "http://h/../secret", "404", ""},
			{"GET", "/link", "404", ""},
			{"GET", "/f%00", "404", ""},
			{"GET", "/%zz", "400", ""},
			{"GET", "/f/", "404", ""},
			{"GET", "/pipe", "403", ""},
			{"GET", "/sub", "301", "/sub/"},
			{"GET", "//sub", "301", "/sub/"},
			{"GET", "/sub/", "200", ""},
			{"DELETE", "/f", "405", ""},
			{"OPTIONS", "/f", "204", ""},
			{"OPTIONS", "*", "204", ""},
			{"GET", "/sub?a=/b?c", "301", "/sub/?a=/b?c"},
			{"GET", "/.", "301", "/"},
			{"GET", "/sub/..?", "301", "/"},
			{"GET", "//..//sub", "301", "/sub/"},
		} {
			head, content := ask(t, s, c.method, c.target, "")
			require.Equal(t, c.status, head[:3], c.target)
			require.NotContains(t, content, "secret", c.target)
			require.Equal(t, c.location, value(head, "Location"))
			if c.status == "405" {
				require.Equal(t, "GET, HEAD, OPTIONS", value(head, "Allow"))
			}
		}
	}
}
