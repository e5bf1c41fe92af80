package main

import (
	"bytes"
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMain runs the command itself where a test asks for it.
func TestMain(m *testing.M) {
	if os.Getenv("H1SERVE_MAIN") == "1" {
		main()
	}
	os.Exit(m.Run())
}

// command starts h1serve as a process of its own.
func command(t *testing.T, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	exe, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), exe, args...)
	cmd.Env = append(os.Environ(), "H1SERVE_MAIN=1")
	errs := new(bytes.Buffer)
	cmd.Stderr = errs
	return cmd, errs
}

func TestBadUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"-nosuch"}, 2, "nosuch"},
		{[]string{"-driver", "nosuch"}, 2, "nosuch"},
		{[]string{"surplus"}, 2, "surplus"},
		{[]string{"-dir", "/nosuch/directory"}, 2, "/nosuch/directory"},
		{[]string{"-dir", "/", "-echo"}, 2, "-echo and -dir"},
		{[]string{"-tls-cert", "cert.pem"}, 2, "-tls-key"},
		{[]string{"-tls-cert", "/nosuch", "-tls-key", "/nosuch"}, 2, "/nosuch"},
		{[]string{"-addr", l.Addr().String()}, 1, "in use"},
		{[]string{"-addr", "127.0.0.1:nosuch"}, 1, "port"},
	} {
		cmd, errs := command(t, c.args...)
		err := cmd.Run()
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit)
		require.Equal(t, c.code, exit.ExitCode(), errs.String())
		require.Contains(t, errs.String(), c.says)
		require.Equal(t, 1, strings.Count(errs.String(), "\n"), "one clear line: %s", errs.String())
	}
}

// The exchange under way when the signal comes is finished.
func TestSignalDrains(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		cmd, _ := command(t, "-addr", "127.0.0.1:0")
		r, w, err := os.Pipe()
		require.NoError(t, err)
		cmd.Stderr = w
		require.NoError(t, cmd.Start())
		require.NoError(t, w.Close())
		log := newLog(r)
		addr := log.await(t, `msg=serving addr=(\S+)`)

		nc, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		require.NoError(t, nc.SetDeadline(time.Now().Add(time.Minute)))
		_, err = io.WriteString(nc, "POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
		require.NoError(t, err)
		buf := make([]byte, 1000)
		n, err := nc.Read(buf)
		require.NoError(t, err)
		require.Equal(t, "HTTP/1.1 100 Continue\r\n\r\n", string(buf[:n]))

		require.NoError(t, cmd.Process.Signal(sig))
		log.await(t, `(msg=draining)`)
		require.Eventually(t, func() bool {
			late, err := net.Dial("tcp", addr)
			if err == nil {
				_ = late.Close()
			}
			return err != nil
		}, time.Minute, 10*time.Millisecond, "nobody else is let in")
		_, err = io.WriteString(nc, "hello")
		require.NoError(t, err)
		got, err := io.ReadAll(nc)
		require.NoError(t, err)
		require.Contains(t, string(got), "HTTP/1.1 200 OK\r\n")
		require.Contains(t, string(got), "Connection: close\r\n")
		require.True(t, strings.HasSuffix(string(got), "\r\n\r\nhello"), string(got))
		require.NoError(t, nc.Close())
		require.NoError(t, cmd.Wait(), "exit status")
		require.NoError(t, r.Close())
	}
}

// serverLog is what a command writes.
type serverLog struct {
	lines chan string
	seen  strings.Builder
}

func newLog(r io.Reader) *serverLog {
	l := &serverLog{lines: make(chan string, 100)}
	go func() {
		defer close(l.lines)
		buf := make([]byte, 4<<10)
		for {
			n, err := r.Read(buf)
			if err != nil {
				return
			}
			l.lines <- string(buf[:n])
		}
	}()
	return l
}

// await waits until a pattern is there and returns its first group.
func (l *serverLog) await(t *testing.T, pattern string) string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	for {
		if m := re.FindStringSubmatch(l.seen.String()); m != nil {
			return m[1]
		}
		select {
		case line, ok := <-l.lines:
			require.True(t, ok, "the command ended: %s", l.seen.String())
			l.seen.WriteString(line)
		case <-time.After(time.Minute):
			require.Fail(t, "not logged", "%s in %s", pattern, l.seen.String())
		}
	}
}
