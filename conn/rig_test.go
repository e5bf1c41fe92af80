package conn

import (
	"context"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn/conntest"
)

// crlf makes a message of lines.
func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

var dateField = regexp.MustCompile(`Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n`)

// undated takes the Date fields out, to compare the rest.
func undated(s string) string { return dateField.ReplaceAllString(s, "") }

var explanation = regexp.MustCompile(`Content-Type: text/plain; charset=utf-8\r\nContent-Length: \d+\r\n\r\nRFC [^\n]+\n$`)

// unexplained takes out, too, what a refusal says of its reason.
func unexplained(s string) string {
	return explanation.ReplaceAllString(undated(s), "Content-Length: 0\r\n\r\n")
}

// client is a test's end of a connection. It collects what comes in.
type client struct {
	net.Conn
	mu   sync.Mutex
	got  []byte
	err  error // what reading ended with
	done chan struct{}
}

func newClient(nc net.Conn) *client {
	c := &client{Conn: nc, done: make(chan struct{})}
	go func() {
		defer close(c.done)
		buf := make([]byte, 64<<10)
		for {
			n, err := nc.Read(buf)
			c.mu.Lock()
			c.got, c.err = append(c.got, buf[:n]...), err
			c.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return c
}

// received returns what has come in so far, without Date and explanations, and
// whether the server has closed.
func (c *client) received() (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return unexplained(string(c.got)), c.err != nil
}

func (c *client) send(t testing.TB, s string) {
	t.Helper()
	_, err := c.Write([]byte(s))
	require.NoError(t, err)
}

// bubble runs f in a synctest bubble with a served connection in memory, and
// makes sure that nothing is left of it.
func bubble(t *testing.T, p *Params, d ServerDelegate, f func(t *testing.T, c *client, sc *ServerConn)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := conntest.Pipe()
		sc, err := NewServerConn(theirs, quietly(p))
		require.NoError(t, err)
		served := make(chan struct{})
		go func() {
			defer close(served)
			_ = sc.Serve(context.Background(), d)
		}()
		c := newClient(ours)
		f(t, c, sc)
		_ = c.Close()
		<-served
		<-c.done
	})
}

// quietly is p with a logger that writes nothing.
func quietly(p *Params) *Params {
	q := Params{}
	if p != nil {
		q = *p
	}
	if q.Logger == nil {
		q.Logger = quiet
	}
	return &q
}

// cuts cuts s in every way that a network might: whole, octet by octet,
// and in two at every offset.
func cuts(s string, f func(name string, pieces []string)) {
	f("whole", []string{s})
	f("octets", octetsOf(s))
	for i := 1; i < len(s); i++ {
		f("split", []string{s[:i], s[i:]})
	}
}

// octetsOf cuts s into single octets.
func octetsOf(s string) []string {
	pieces := make([]string, len(s))
	for i := range pieces {
		pieces[i] = s[i : i+1]
	}
	return pieces
}
