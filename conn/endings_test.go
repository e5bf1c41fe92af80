package conn

import (
	"context"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn/conntest"
)

// What is ready is not sent when it is too late, though the driver would, while it
// waits for the rest of the request.
func TestNothingIsSentAfterTheWriteDeadline(t *testing.T) {
	onDrivers(t, func(t *testing.T, s *Server) {
		r := newRecorder()
		r.headers = func(c Conn, _ *StartLine, _ *Fields) error {
			err := c.WriteHeaders(StatusLine(200), nil, []byte("x"))
			return errors.Join(err, c.SetWriteDeadline(time.Now().Add(-time.Second)))
		}
		s.Delegate = r
		nc := dial(t, listen(t, s))
		defer nc.Close()
		_, _ = io.WriteString(nc, postHead10)
		got, err := io.ReadAll(nc)
		require.NoError(t, err)
		require.Empty(t, string(got))
		<-r.closed
	})
}

// A response that is complete stays so, whatever becomes of its octets.
func TestCompleteResponseThatIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := conntest.Pipe()
		nc := &interjected{Conn: theirs, before: func() { _ = theirs.Close() }}
		sc, err := NewServerConn(nc, quietly(nil))
		require.NoError(t, err)
		r := newRecorder()
		r.headers = func(c Conn, _ *StartLine, _ *Fields) error {
			assert.NoError(t, c.Reply(StatusLine(200), nil, nil))
			assert.ErrorIs(t, c.Flush(), net.ErrClosed)
			_, err := c.Write([]byte("x"))
			assert.Equal(t, ErrFinished, err)
			return nil
		}
		c := newClient(ours)
		go func() { _, _ = c.Write([]byte(postHead10)) }()
		require.NoError(t, sc.Serve(context.Background(), r))
		<-c.done
		_ = c.Close()
	})
}

// deadlines counts how often a read deadline is set.
type deadlines struct {
	net.Conn
	set atomic.Int64
}

func (c *deadlines) SetReadDeadline(t time.Time) error {
	c.set.Add(1)
	return c.Conn.SetReadDeadline(t)
}

// Nobody looks whether a peer leaves that has its answer.
func TestWhoIsAnsweredIsNotWatched(t *testing.T) {
	for _, early := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			ours, theirs := conntest.Pipe()
			nc := &deadlines{Conn: theirs}
			sc, err := NewServerConn(nc, quietly(nil))
			require.NoError(t, err)
			go func() {
				_ = sc.Serve(context.Background(), delegates(func(c Conn) MessageDelegate { return &heeding{plainly{c: c}, early} }))
			}()
			c := newClient(ours)
			c.send(t, lengthed("", "hello"))
			synctest.Wait()
			expect(t, c, answers200(""), false)
			assert.Equal(t, early, nc.set.Load() == 0)
			_ = c.Close()
			<-c.done
		})
	}
}

// heeding wants to know when its peer leaves, and answers before it reads the
// content, or after.
type heeding struct {
	plainly
	early bool
}

func (h *heeding) PullsBody() bool { return true }
func (h *heeding) Finish() error   { return nil }
func (h *heeding) HeadersReceived(*StartLine, *Fields) error {
	_ = h.c.Context()
	reply := func() error { return h.c.Reply(StatusLine(200), nil, nil) }
	if h.early {
		if err := reply(); err != nil {
			return err
		}
		reply = func() error { return nil }
	}
	if _, err := io.ReadAll(h.c); err != nil {
		return err
	}
	return reply()
}
