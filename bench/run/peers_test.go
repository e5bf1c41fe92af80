package main

import (
	"crypto/tls"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/bench/load"
	"github.com/h1wire/h1wire/bench/peers/endpoint"
)

// TestEveryServerAnswersEveryCase sends each case's request to each server that
// takes part in it: what the table compares must be the same answer.
func TestEveryServerAnswersEveryCase(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and starts servers")
	}
	t.Chdir("..")
	dir := t.TempDir()
	cert, key, err := certificate(dir)
	require.NoError(t, err)
	for _, s := range servers() {
		t.Run(s.Name, func(t *testing.T) {
			if err := s.build(dir); err != nil {
				if s.pkg == "" {
					t.Skip(err) // nginx is not installed, others are not to be had
				}
				t.Fatal(err)
			}
			plain := started(t, s, dir, endpoint.Options{})
			var secure *process
			if s.lacks&needTLS == 0 {
				secure = started(t, s, dir, endpoint.Options{Cert: cert, Key: key})
			}
			for _, w := range cases() {
				if !s.takesPart(&w, true) {
					continue
				}
				cfg := load.Config{Addr: plain.addr, Request: w.request, Length: -1, Conns: 3, Timeout: time.Minute}
				if s.lacks&w.compare == 0 {
					cfg.Body = w.expect
				}
				if w.length > 0 {
					cfg.Length = w.length
				}
				if w.tls {
					cfg.Addr, cfg.TLS = secure.addr, &tls.Config{InsecureSkipVerify: true}
				}
				conns, err := load.Idle(t.Context(), cfg) // one exchange on each
				require.NoError(t, err, w.Name)
				for _, c := range conns {
					c.Close()
				}
			}
		})
	}
}

func started(t *testing.T, s *server, dir string, o endpoint.Options) *process {
	core, _, err := cores(-1, -1)
	if err != nil {
		t.Skip(err)
	}
	p, err := s.start(core, dir, o)
	require.NoError(t, err)
	t.Cleanup(p.stop)
	return p
}
