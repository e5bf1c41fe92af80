package conn

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn/conntest"
)

// full answers before it reads, more than the way to the client holds.
type full struct {
	plainly
	room func() int // left on the way to the client
}

func (*full) PullsBody() bool { return true }
func (*full) Finish() error   { return nil }

func (f *full) HeadersReceived(*StartLine, *Fields) error {
	if err := f.c.WriteHeaders(StatusLine(200), nil, nil); err != nil {
		return err
	}
	_ = f.c.Flush()
	_, _ = f.c.Write(bytes.Repeat([]byte("x"), f.room())) // to HTTP/1.0 content is sent as it is
	_ = f.c.Flush()
	if _, err := f.c.Write([]byte("y")); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, f.c); err != nil {
		return err
	}
	return f.c.Finish()
}

// What has been written and cannot be sent does not keep the next Read from
// reading: the client may want to send all before it reads anything.
func TestReadDoesNotWaitForWhatIsToBeSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const way = 256
		ours, theirs := conntest.PipeSize(way)
		sc, err := NewServerConn(theirs, quietly(nil))
		require.NoError(t, err)
		served := make(chan error, 1)
		go func() {
			served <- sc.Serve(context.Background(), delegates(func(c Conn) MessageDelegate {
				return &full{plainly{c: c}, func() int { return way - ours.Unread() }}
			}))
		}()
		_, err = io.WriteString(ours, "POST / HTTP/1.0\r\nContent-Length: 1000\r\n\r\n")
		require.NoError(t, err)
		synctest.Wait()
		assert.Equal(t, way, ours.Unread())
		_, err = ours.Write(make([]byte, 1000))
		require.NoError(t, err)
		answer, err := io.ReadAll(ours)
		require.NoError(t, err)
		assert.Equal(t, "xy", string(answer[way-1:]))
		require.NoError(t, <-served)
	})
}

// duplex reads on another goroutine than it writes.
type duplex struct {
	plainly
	told chan struct{} // closed when the client was told to go ahead
}

func (*duplex) PullsBody() bool { return true }
func (*duplex) Finish() error   { return nil }

func (d *duplex) HeadersReceived(*StartLine, *Fields) error {
	read := make(chan error)
	go func() {
		_, err := io.Copy(io.Discard, d.c)
		read <- err
	}()
	<-d.told
	if err := d.c.Reply(StatusLine(200), nil, bytes.Repeat([]byte("x"), 2*gatherAt)); err != nil {
		return err
	}
	return <-read
}

// A client that was told to go ahead may send all before it reads the response,
// which is blocked meanwhile.
func TestReadAfterContinueDoesNotWaitForTheResponse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := conntest.PipeSize(256)
		sc, err := NewServerConn(theirs, quietly(nil))
		require.NoError(t, err)
		d := &duplex{told: make(chan struct{})}
		served := make(chan error, 1)
		go func() {
			served <- sc.Serve(context.Background(), delegates(func(c Conn) MessageDelegate {
				d.c = c
				return d
			}))
		}()
		_, err = io.WriteString(ours, "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n")
		require.NoError(t, err)
		goAhead := make([]byte, len("HTTP/1.1 100 Continue\r\n\r\n"))
		_, err = io.ReadFull(ours, goAhead)
		require.NoError(t, err)
		close(d.told)
		synctest.Wait()
		_, err = ours.Write(make([]byte, 1000))
		require.NoError(t, err)
		answer, err := io.ReadAll(ours)
		require.NoError(t, err)
		assert.True(t, strings.HasSuffix(string(answer), "xx"))
		require.NoError(t, <-served)
	})
}

// leaving answers while a goroutine of its own still reads.
type leaving struct {
	plainly
	ended chan error // how that Read did
}

func (*leaving) PullsBody() bool { return true }
func (*leaving) Finish() error   { return nil }

func (l *leaving) HeadersReceived(*StartLine, *Fields) error {
	go func() {
		_, err := io.Copy(io.Discard, l.c)
		l.ended <- err
	}()
	time.Sleep(time.Second) // until it waits
	return l.c.Reply(StatusLine(200), nil, nil)
}

// A Read that waits when the handler returns gives up: the content may never come.
func TestReadEndsWithItsHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan error, 1)
		d := delegates(func(c Conn) MessageDelegate { return &leaving{plainly{c: c}, ended} })
		ours, theirs := conntest.Pipe()
		sc, err := NewServerConn(theirs, quietly(&Params{BodyTimeout: time.Hour, MinBodyRate: -1}))
		require.NoError(t, err)
		go func() { _ = sc.Serve(context.Background(), d) }()
		_, err = io.WriteString(ours, postHead10+"x")
		require.NoError(t, err)
		began := time.Now()
		require.ErrorIs(t, <-ended, ErrFinished)
		assert.Equal(t, time.Second, time.Since(began))
		_ = ours.Close()
	})
}

// peeking reads where nothing may be read any more, and looks at its context when the
// peer has left.
type peeking struct {
	plainly
	t     *testing.T
	waits bool
}

func (p *peeking) PullsBody() bool { return true }
func (p *peeking) HeadersReceived(*StartLine, *Fields) error {
	if !p.waits {
		return nil
	}
	ctx := p.c.Context()
	_, err := io.ReadAll(p.c)
	assert.ErrorIs(p.t, err, io.ErrUnexpectedEOF)
	assert.ErrorIs(p.t, ctx.Err(), context.Canceled)
	return err
}

func (p *peeking) DataReceived(b []byte) error {
	_, err := p.c.Read(make([]byte, 1))
	assert.Equal(p.t, ErrFinished, err)
	return p.plainly.DataReceived(b)
}

func TestNothingIsPulledWhenTheHandlerHasReturned(t *testing.T) {
	d := delegates(func(c Conn) MessageDelegate { return &peeking{plainly{c: c}, t, false} })
	bubble(t, nil, d, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, postHead10+"01234")
		synctest.Wait()
		c.send(t, "56789")
		synctest.Wait()
		expect(t, c, answers200("0123456789"), false)
	})
}

func TestContextEndsWhenThePeerLeavesWhoIsPulledFrom(t *testing.T) {
	d := delegates(func(c Conn) MessageDelegate { return &peeking{plainly{c: c}, t, true} })
	bubble(t, nil, d, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, postHead10+"01234")
		synctest.Wait()
		require.NoError(t, c.Conn.(*conntest.Conn).CloseWrite())
		<-c.done
	})
}
