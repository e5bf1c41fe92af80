package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn"
)

// served is h1serve in this process, for tests to talk to.
type served struct {
	addr  string
	conns atomic.Int64 // connections it has accepted
}

// configs are the ways to move octets, each of which must look the same from
// outside.
func configs() map[string]config {
	return map[string]config{
		"auto":    {},
		"stream":  {driver: conn.Stream},
		"loop":    {driver: conn.Loop},
		"nethttp": {nethttp: true},
	}
}

// serveConfig starts a server and stops it when the test is over.
func serveConfig(t *testing.T, cfg config) *served {
	t.Helper()
	s, err := newServer(cfg, slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})))
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	sv := &served{addr: l.Addr().String()}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(counting{l, &sv.conns}) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		require.NoError(t, s.Shutdown(ctx))
		require.Error(t, <-ended)
	})
	return sv
}

// counting counts what is accepted.
type counting struct {
	net.Listener
	n *atomic.Int64
}

func (c counting) Accept() (net.Conn, error) {
	nc, err := c.Listener.Accept()
	if err == nil {
		c.n.Add(1)
	}
	return nc, err
}

// file writes a file of n octets that are all different in every 251, and
// returns its path and content.
func file(t *testing.T, n int) (path string, content []byte) {
	t.Helper()
	content = make([]byte, n)
	for i := range content {
		content[i] = byte(i % 251)
	}
	path = filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return path, content
}

// sameFile fails the test unless the file holds content.
func sameFile(t *testing.T, path string, content []byte) {
	t.Helper()
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, len(content), len(got), path)
	require.True(t, bytes.Equal(content, got), "%s: other content", path)
}

// exchangeRaw sends requests, the last of which says "Connection: close", and
// returns all that comes back.
func exchangeRaw(t *testing.T, addr, send string) string {
	t.Helper()
	nc, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer nc.Close()
	go func() { _, _ = io.WriteString(nc, send) }()
	got, err := io.ReadAll(nc)
	require.NoError(t, err)
	return string(got)
}

func portOf(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return port
}
