package nethttp

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFileServer(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(dir+"/a.txt", []byte(strings.Repeat("0123456789", 10000)), 0o600))
	h := http.FileServer(http.Dir(dir))
	theirs := serveTheirs(t, h)
	eachDriver(t, h, func(t *testing.T, ours *served) {
		for _, ask := range []string{
			"GET /a.txt", "HEAD /a.txt", "GET /", "GET /none", "GET /a.txt/", "GET /../a.txt",
			"GET /a.txt RANGE 0-9", "GET /a.txt RANGE 5-", "GET /a.txt RANGE -7", "GET /a.txt RANGE 1-2,7-8",
			"GET /a.txt RANGE 200000-", "HEAD /a.txt RANGE 0-9",
		} {
			line, set, ok := strings.Cut(ask, " RANGE ")
			octets := line + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
			if ok {
				octets += "Range: bytes=" + set + "\r\n"
			}
			want, wantBody := theirs.talk(t, octets+"\r\n")
			got, gotBody := ours.talk(t, octets+"\r\n")
			want.Header.Del("Date")
			got.Header.Del("Date")
			assert.Equal(t, want.StatusCode, got.StatusCode, ask)
			if boundary := want.Header.Get("Content-Type"); strings.HasPrefix(boundary, "multipart") {
				assert.Len(t, gotBody, len(wantBody))
				continue
			}
			assert.Equal(t, want.Header, got.Header, ask)
			assert.Equal(t, wantBody, gotBody, ask)
		}
	})
}
