// Package load generates HTTP/1 load from one thread and checks what comes back.
//
// The generator is an epoll loop on raw sockets: it has no goroutine per
// connection and allocates nothing per request, so that one core of load can
// saturate one core of any server. Every response is checked: status, framing,
// length and, where asked, content. What differs is counted as an error, never
// as a request.
//
// Two ways of sending:
//
//   - closed loop (Rate 0): every connection keeps Depth requests under way and
//     sends the next ones when all of them are answered. A latency counts from
//     the moment the request was sent.
//   - open loop (Rate > 0): requests fall due at a fixed rate whatever the
//     server does, and a latency counts from the moment the request was due.
//     A stall therefore shows in all requests that it delayed (no coordinated
//     omission), also in those that could not even be sent.
//
// It runs on Linux.
package load

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"
)

// Config says what to send, where, how fast and what to expect.
type Config struct {
	Addr    string // host:port, an IP address; required
	Request []byte // one whole request, sent as it is; required
	Method  string // of Request; found in it when empty (a response to HEAD has no body)

	Conns         int           // connections; 0 means 1
	Depth         int           // most requests under way per connection; 0 means 1
	Rate          float64       // requests per second over all connections; 0 means closed loop
	PerConnection bool          // a new connection for each request; the server must close it
	Spin          bool          // never sleep: the server then need not wake the generator, which costs it more than many a request
	WarmUp        time.Duration // load that is not counted, before Duration
	Duration      time.Duration // of the counted load; 0 means 10 s
	Timeout       time.Duration // an answer that makes no progress for so long is an error; 0 means 10 s

	Status int    // status every response must have; 0 means 200
	Length int64  // length of content every response must have; negative: that of the first
	Body   []byte // content every response must have; nil: not compared

	TLS *tls.Config // not nil: TLS, closed loop only, by a goroutine per connection
	PID int         // process whose CPU time is taken over the counted load; 0: none
}

// check fills in defaults and refuses what cannot work.
func (c *Config) check() error {
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		return fmt.Errorf("load: address: %w", err)
	}
	if len(c.Request) == 0 {
		return errors.New("load: no request")
	}
	if c.Conns < 0 || c.Depth < 0 || c.Rate < 0 {
		return errors.New("load: negative number of connections, depth or rate")
	}
	if c.Method == "" {
		for i, b := range c.Request {
			if b == ' ' {
				c.Method = string(c.Request[:i])
				break
			}
		}
	}
	c.Conns = max(c.Conns, 1)
	c.Depth = max(c.Depth, 1)
	if c.PerConnection && c.Depth > 1 {
		return errors.New("load: one request per connection cannot be pipelined")
	}
	if c.TLS != nil && (c.Rate > 0 || c.PerConnection) {
		return errors.New("load: TLS is closed loop on kept connections only")
	}
	if c.Duration <= 0 {
		c.Duration = 10 * time.Second
	}
	if c.Timeout <= 0 {
		c.Timeout = 10 * time.Second
	}
	if c.Status == 0 {
		c.Status = 200
	}
	if c.Body != nil {
		c.Length = int64(len(c.Body))
	}
	return nil
}
