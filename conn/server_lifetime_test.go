package conn

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn/conntest"
)

// Who asked for the connection to be closed, and sends on all the same, gets the
// response: a reset would take it away (RFC 9112 §9.6). Who sends nothing more is
// not waited for.
func TestClosingLingersForWhoSendsOn(t *testing.T) {
	const closing = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
	for more, waits := range map[string]bool{"": false, get: true} {
		bubble(t, nil, newRecorder(), func(t *testing.T, c *client, sc *ServerConn) {
			c.send(t, closing+more)
			synctest.Wait()
			_, err := c.Write([]byte("x"))
			assert.Equal(t, waits, err == nil, "the server still reads")
			got, closed := c.received()
			assert.Equal(t, crlf("HTTP/1.1 200 OK\nContent-Length: 0\nConnection: close\n\n"), got)
			assert.True(t, closed)
		})
	}
}

func TestLingerEnds(t *testing.T) {
	bubble(t, nil, newRecorder(), func(t *testing.T, c *client, sc *ServerConn) {
		c.send(t, "bad\r\n\r\n")
		synctest.Wait()
		expect(t, c, bad400, true) // half-closed
		start := time.Now()
		<-sc.ended.done()
		assert.GreaterOrEqual(t, time.Since(start), lingerTime)
		assert.LessOrEqual(t, time.Since(start), lingerTime+3*tick)
	})
	bubble(t, nil, newRecorder(), func(t *testing.T, c *client, sc *ServerConn) { // a peer that sends for ever
		c.send(t, "bad\r\n\r\n")
		junk := make([]byte, 1<<20)
		sent := 0
		for {
			n, err := c.Write(junk)
			sent += n
			if err != nil {
				break
			}
		}
		assert.LessOrEqual(t, sent, lingerOctets+(1<<20))
		<-sc.ended.done()
	})
}

func TestCloseFromOutside(t *testing.T) {
	for name, send := range map[string]string{"idle": "", "head": get[:9], "body": postHead10 + "x", "awaiting the response": get} {
		t.Run(name, func(t *testing.T) {
			r := newRecorder()
			r.finish = func(Conn, []byte) error { return nil }
			bubble(t, nil, r, func(t *testing.T, c *client, sc *ServerConn) {
				if send != "" {
					c.send(t, send)
				}
				synctest.Wait()
				require.NoError(t, sc.Close())
				assert.Equal(t, 1, r.count("end"), "Close has waited for the loop")
				expect(t, c, "", true)
				require.NoError(t, sc.Close())
			})
		})
	}
}

func TestCloseFromACallback(t *testing.T) {
	r := newRecorder()
	r.headers = func(c Conn, _ *StartLine, _ *Fields) error { return c.ServerConn().Close() }
	bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, get)
		expect(t, c, "", true)
	})
	assert.Equal(t, "head GET /\nclose "+errClosed.Error()+"\nend", r.log())
}

func TestCloseWakesAWriteThatIsBlocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := conntest.PipeSize(1000)
		sc, err := NewServerConn(theirs, quietly(nil))
		require.NoError(t, err)
		r := newRecorder()
		var failed error
		r.finish = func(c Conn, _ []byte) error {
			failed = c.Reply(StatusLine(200), nil, make([]byte, 100_000))
			return nil
		}
		go func() { _ = sc.Serve(context.Background(), r) }()
		_, _ = ours.Write([]byte(get))
		synctest.Wait()
		require.NoError(t, sc.Close())
		assert.ErrorIs(t, failed, errClosed)
		_ = ours.Close()
	})
}

func TestShutdownFinishesTheExchangeUnderWay(t *testing.T) {
	r := newRecorder()
	var handle Conn
	r.finish = func(c Conn, _ []byte) error {
		handle = c
		return nil
	}
	bubble(t, nil, r, func(t *testing.T, c *client, sc *ServerConn) {
		c.send(t, get)
		synctest.Wait()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		assert.ErrorIs(t, sc.Shutdown(ctx), context.DeadlineExceeded)
		require.NoError(t, handle.Reply(StatusLine(200), nil, nil))
		require.NoError(t, sc.Shutdown(context.Background()))
		expect(t, c, crlf("HTTP/1.1 200 OK\nContent-Length: 0\nConnection: close\n\n"), true)
	})
	bubble(t, nil, newRecorder(), func(t *testing.T, c *client, sc *ServerConn) {
		c.send(t, get)
		synctest.Wait()
		require.NoError(t, sc.Shutdown(context.Background())) // idle
		expect(t, c, empty200, true)
	})
}

func TestCancellingServeCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := conntest.Pipe()
		sc, err := NewServerConn(theirs, quietly(nil))
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(context.Background())
		served := make(chan error)
		go func() { served <- sc.Serve(ctx, newRecorder()) }()
		synctest.Wait()
		cancel()
		require.NoError(t, <-served)
		_, err = ours.Read(make([]byte, 1))
		assert.Equal(t, io.EOF, err)
		assert.Error(t, sc.Serve(context.Background(), newRecorder()), "twice")
	})
}

func TestAbortedDownloadLeavesNothing(t *testing.T) {
	r := newRecorder()
	var failed error
	r.finish = func(c Conn, _ []byte) error {
		failed = c.Reply(StatusLine(200), nil, make([]byte, 512<<10))
		return nil
	}
	bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, get)
		_ = c.Close()
		<-r.closed
	})
	_ = failed // it may all have fitted
	assert.Equal(t, 1, r.count("end"))
}

func TestDetach(t *testing.T) {
	for _, where := range []string{"headers", "finish"} {
		t.Run(where, func(t *testing.T) {
			r := newRecorder()
			upgrade := new(Header)
			upgrade.Add("Connection", "Upgrade")
			upgrade.Add("Upgrade", "x")
			detach := func(c Conn) error {
				require.NoError(t, c.WriteHeaders(StatusLine(101), upgrade, nil))
				nc, residual, err := c.Detach()
				require.NoError(t, err)
				assert.Equal(t, "early", string(residual))
				_, _, err = c.Detach()
				assert.ErrorIs(t, err, ErrDetached)
				assert.ErrorIs(t, c.Finish(), ErrDetached)
				go func() {
					b := make([]byte, 10)
					n, _ := nc.Read(b)
					_, _ = nc.Write(append([]byte("tunnel "), b[:n]...))
					_ = nc.Close()
				}()
				return nil
			}
			if where == "headers" {
				r.headers = func(c Conn, _ *StartLine, _ *Fields) error { return detach(c) }
			} else {
				r.finish = func(c Conn, _ []byte) error { return detach(c) }
			}
			bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
				c.send(t, get+"early")
				time.Sleep(time.Hour) // no deadline is left
				head := crlf("HTTP/1.1 101 Switching Protocols\nConnection: Upgrade\nUpgrade: x\n\n")
				got, closed := c.received()
				assert.True(t, strings.HasPrefix(got, head[:len(head)-2]), got)
				assert.False(t, closed)
				c.send(t, "late")
				<-c.done
				got, _ = c.received()
				assert.True(t, strings.HasSuffix(got, "\r\n\r\ntunnel late"), got)
			})
			assert.Equal(t, 1, r.count("end"))
			assert.Zero(t, r.count("close "))
		})
	}
}

func TestServeOfAConnectionThatWasClosed(t *testing.T) {
	_, theirs := conntest.Pipe()
	sc, err := NewServerConn(theirs, nil)
	require.NoError(t, err)
	require.NoError(t, sc.Close())
	assert.Error(t, sc.Serve(context.Background(), newRecorder()))
	_, err = NewServerConn(theirs, &Params{ChunkSize: -1})
	assert.Error(t, err)
	assert.False(t, errors.Is(err, errClosed))
}

// An idle connection of any driver holds no buffer.
func TestIdleConnectionHoldsNoBuffer(t *testing.T) {
	bubble(t, nil, newRecorder(), func(t *testing.T, c *client, sc *ServerConn) {
		c.send(t, get)
		synctest.Wait()
		time.Sleep(5 * tick)
		synctest.Wait()
		assert.Nil(t, sc.in.rd)
		assert.Nil(t, sc.out.buf)
		for i := range 3 {
			c.send(t, get+get[:20]) // more than it dozes with
			time.Sleep(5 * tick)
			c.send(t, get[20:])
			expect(t, c, strings.Repeat(empty200, 2*i+3), false)
		}
		time.Sleep(5 * tick)
		synctest.Wait()
		assert.Nil(t, sc.in.rd)
	})
}

// Whoever sends heads slowly holds a buffer for heads, also before the first.
func TestPartOfAHeadTakesLittleRoom(t *testing.T) {
	bubble(t, nil, newRecorder(), func(t *testing.T, c *client, sc *ServerConn) {
		for range 2 {
			c.send(t, "GET / HTTP/1.1\r\nHost:")
			synctest.Wait()
			assert.Equal(t, readSize, len(sc.in.rd.buf))
			c.send(t, " a\r\n\r\n")
			synctest.Wait()
		}
	})
}
