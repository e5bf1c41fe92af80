package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn"
)

func origin(t *testing.T) string {
	mux := http.NewServeMux()
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %q %q %d %s", r.Method, r.Header.Get("X-A"), r.Header.Get("Content-Type"), r.ContentLength, body)
	})
	mux.HandleFunc("/gzip", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") == "gzip" {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			defer z.Close()
			_, _ = io.WriteString(z, "zipped")
			return
		}
		_, _ = io.WriteString(w, "plain")
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/hints", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Trailer", "X-Sum")
		w.WriteHeader(http.StatusEarlyHints)
		_, _ = io.WriteString(w, "hinted")
		w.Header().Set("X-Sum", "7")
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// h1get runs the command.
func h1get(stdin string, args ...string) (code int, stdout, stderr string) {
	var out, diag bytes.Buffer
	code = run(context.Background(), args, strings.NewReader(stdin), &out, &diag)
	return code, out.String(), diag.String()
}

func TestRequests(t *testing.T) {
	url := origin(t)
	file := filepath.Join(t.TempDir(), "content")
	require.NoError(t, os.WriteFile(file, []byte("of a file"), 0o600))
	const form = "application/x-www-form-urlencoded"
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"GET", nil, `GET "" "" 0 `},
		{"method and field", []string{"-X", "DELETE", "-H", "X-A: b"}, `DELETE "b" "" 0 `},
		{"content", []string{"-d", "a=b"}, `POST "" "` + form + `" 3 a=b`},
		{"no content", []string{"-d", ""}, `POST "" "` + form + `" 0 `},
		{"content of a file", []string{"-d", "@" + file, "-H", "Content-Type: x/y"}, `POST "" "x/y" 9 of a file`},
		{"content of standard input", []string{"-d", "@-"}, `POST "" "` + form + `" 8 of stdin`},
		{"upload", []string{"-T", file}, `PUT "" "" 9 of a file`},
		{"upload of standard input", []string{"-T", "-", "-X", "POST"}, `POST "" "" -1 of stdin`},
	} {
		code, out, diag := h1get("of stdin", append(c.args, url+"/echo")...)
		require.Zero(t, code, diag)
		require.Equal(t, c.want, out, c.name)
		require.Empty(t, diag)
	}
}

func TestSeveralURLsAndAFile(t *testing.T) {
	url := origin(t)
	file := filepath.Join(t.TempDir(), "out")
	code, out, _ := h1get("", "-o", file, url+"/gzip", url+"/gzip")
	require.Zero(t, code)
	require.Empty(t, out)
	got, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "plainplain", string(got))

	code, out, _ = h1get("", "--gzip", url+"/gzip")
	require.Zero(t, code)
	require.Equal(t, "zipped", out)
}

func TestVerbose(t *testing.T) {
	code, out, diag := h1get("", "-v", origin(t)+"/hints")
	require.Zero(t, code)
	require.Equal(t, "hinted", out)
	for _, line := range []string{"> GET /hints HTTP/1.1\n", "> User-Agent: h1get\n", "< HTTP/1.1 103 Early Hints\n", "< HTTP/1.1 200 OK\n", "< X-Sum: 7\n"} {
		require.Contains(t, diag, line)
	}
}

func TestExitCodes(t *testing.T) {
	url := origin(t)
	for _, c := range []struct {
		want int
		args []string
	}{
		{exitUsage, nil},
		{exitUsage, []string{"-nonsense", url}},
		{exitUsage, []string{"-H", "no colon", url}},
		{exitUsage, []string{"-d", "x", "-T", "y", url}},
		{exitOK, []string{"-h"}},
		{exitOK, []string{url + "/nothing"}},
		{exitStatus, []string{"-f", url + "/nothing"}},
		{exitFailed, []string{"http://127.0.0.1:1/"}},
		{exitFailed, []string{"ftp://example.com/"}},
		{exitUsage, []string{"-H", "X: a\x01b", url}},
		{exitUsage, []string{"-H", "a b: c", url}},
		{exitUsage, []string{"-d", "", "-T", "y", url}},
		{exitUsage, []string{"-timeout", "-1s", url}},
		{exitFailed, []string{"-X", "A B", url}},
		{exitWrite, []string{"-o", filepath.Join(t.TempDir(), "no", "file"), url}},
		{exitTimeout, []string{"-timeout", "50ms", url + "/slow"}},
		{exitStatus, []string{"-f", url + "/echo", url + "/nothing", "http://127.0.0.1:1/"}},
	} {
		code, _, diag := h1get("", c.args...)
		require.Equal(t, c.want, code, "%v: %s", c.args, diag)
		if c.want != exitOK {
			require.LessOrEqual(t, strings.Count(diag, "\n"), max(1, len(c.args)-1), "one line an error: %s", diag)
			require.True(t, strings.HasPrefix(diag, "h1get: "), diag)
		}
	}
	var diag bytes.Buffer
	require.Equal(t, exitWrite, run(context.Background(), []string{url + "/echo"}, nil, broken{}, &diag))
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestProbe(t *testing.T) {
	url := origin(t)
	env := func(pairs ...string) func(string) string {
		return func(name string) string {
			for i := 0; i < len(pairs); i += 2 {
				if pairs[i] == name {
					return pairs[i+1]
				}
			}
			return ""
		}
	}
	for _, through := range []bool{false, true} {
		t.Run(fmt.Sprintf("nethttp %v", through), func(t *testing.T) {
			probes := func(env func(string) string, urls ...string) (int, string) {
				var out bytes.Buffer
				client := new(conn.Client)
				defer client.Close()
				code := probe(context.Background(), &config{urls: urls, nethttp: through}, client, env, &out)
				return code, out.String()
			}
			code, out := probes(env(), url+"/gzip")
			require.Equal(t, "200 5\nplain\n", out)
			require.Equal(t, exitOK, code)
			code, out = probes(env("H1_METHOD", "POST", "H1_BODY", "x"), "http://127.0.0.1:1/", url+"/echo")
			require.Equal(t, exitFailed, code)
			first, rest, _ := strings.Cut(out, "\n")
			require.True(t, strings.HasPrefix(first, "error "), first)
			require.Equal(t, "200 14\nPOST \"\" \"\" 1 x\n", rest)
			code, out = probes(env("H1_GZIP", "1"), url+"/gzip")
			require.Equal(t, "200 6\nzipped\n", out)
			require.Equal(t, exitOK, code)
		})
	}
}

func TestMeter(t *testing.T) {
	var out, screen bytes.Buffer
	m := &meter{out: &out, screen: &screen, total: 4 << 20, begun: time.Now().Add(-2 * time.Second)}
	_, err := m.Write(make([]byte, 1<<20))
	require.NoError(t, err)
	m.end()
	require.True(t, strings.HasSuffix(screen.String(), "left\n"))
	m.show(m.begun.Add(2 * time.Second))
	require.Equal(t, 1<<20, out.Len())
	require.Contains(t, screen.String(), "1.0 MiB of 4.0 MiB, 25%, 512.0 KiB/s, 6s left")
	require.Equal(t, []string{"5 B", "1.5 KiB", "3.0 GiB"}, []string{octets(5), octets(1536), octets(3 << 30)})

	quiet := newMeter(&exchange{config: &config{}, out: &out, stderr: &screen}, -1)
	screen.Reset()
	_, err = quiet.Write([]byte("x"))
	require.NoError(t, err)
	quiet.end()
	require.Empty(t, screen.String(), "nobody watches")
}
