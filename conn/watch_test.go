package conn

import (
	"context"
	"net"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn/conntest"
)

// interjected is a net.Conn that calls before before it writes.
type interjected struct {
	net.Conn
	before func()
}

func (c *interjected) Write(p []byte) (int, error) {
	if c.before != nil {
		c.before()
	}
	return c.Conn.Write(p)
}

// Whoever asks for the context at the last moment, when the connection has ended and
// only its last octets are to be sent, must not wait for ever.
func TestContextThatIsAskedForAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := conntest.Pipe()
		nc := &interjected{Conn: theirs}
		sc, err := NewServerConn(nc, quietly(nil))
		require.NoError(t, err)
		asked := make(chan context.Context, 1)
		r := newRecorder()
		r.headers = func(c Conn, _ *StartLine, _ *Fields) error { return c.WriteHeaders(StatusLine(200), nil, nil) }
		r.closing = func(c Conn) {
			_, err := c.Write([]byte("last"))
			assert.NoError(t, err)
			nc.before = func() { go func() { asked <- c.Context() }() }
		}
		c := newClient(ours)
		go func() {
			_, _ = c.Write([]byte(postHead10 + "x"))
			_ = ours.CloseWrite()
		}()
		require.NoError(t, sc.Serve(context.Background(), r))
		assert.Error(t, (<-asked).Err())
		<-c.done
		_ = c.Close()
	})
}

// Whoever asks when the peer has left is told so, too.
func TestContextThatIsAskedForTooLate(t *testing.T) {
	r := newRecorder()
	var handle Conn
	r.finish = func(c Conn, _ []byte) error {
		handle = c
		return nil // answered later
	}
	bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, get)
		synctest.Wait()
		called := make(chan struct{}, 2)
		handle.SetCloseCallback(func() { called <- struct{}{} })
		_ = c.Close()
		<-called
		assert.Error(t, handle.Context().Err())
		handle.SetCloseCallback(func() { called <- struct{}{} })
		<-called
		_ = handle.Reply(StatusLine(200), nil, nil) // harmless
		<-r.closed
	})
}
