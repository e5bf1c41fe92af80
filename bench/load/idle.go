package load

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"time"
)

// Idle opens cfg.Conns connections, makes one exchange on each, and hands them
// over open and idle. It works one connection after the other: what is measured
// afterwards is memory, and a server keeps more of it after a crowd.
func Idle(ctx context.Context, cfg Config) ([]net.Conn, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	conns := make([]net.Conn, 0, cfg.Conns)
	want := newExpectation(&cfg)
	buf := make([]byte, 64<<10)
	for i := range cfg.Conns {
		nc, err := idle(ctx, &cfg, &want, buf)
		if err != nil {
			for _, c := range conns {
				c.Close()
			}
			return nil, fmt.Errorf("load: idle connection %d: %w", i, err)
		}
		conns = append(conns, nc)
	}
	return conns, nil
}

func idle(ctx context.Context, cfg *Config, want *expectation, buf []byte) (net.Conn, error) {
	d := net.Dialer{Timeout: cfg.Timeout, KeepAlive: -1}
	nc, err := d.DialContext(ctx, "tcp", cfg.Addr)
	if err != nil {
		return nil, err
	}
	if cfg.TLS != nil {
		nc = tls.Client(nc, cfg.TLS)
	}
	if err := once(nc, cfg, want, buf); err != nil {
		nc.Close()
		return nil, err
	}
	return nc, nil
}

// once makes one exchange.
func once(nc net.Conn, cfg *Config, want *expectation, buf []byte) error {
	if err := nc.SetDeadline(time.Now().Add(cfg.Timeout)); err != nil {
		return err
	}
	if _, err := nc.Write(cfg.Request); err != nil {
		return err
	}
	in := responses{want: want}
	for {
		n, err := nc.Read(buf)
		if err != nil {
			return err
		}
		done, f := in.take(buf[:n])
		if f != noFault {
			return fmt.Errorf("response: %s", faultNames[f])
		}
		if done > 0 {
			return nc.SetDeadline(time.Time{})
		}
	}
}
