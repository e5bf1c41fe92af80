package conn

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn/conntest"
)

const (
	get        = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
	getClose   = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
	postHead10 = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n"
)

func expect(t *testing.T, c *client, want string, closed bool) {
	t.Helper()
	synctest.Wait()
	got, isClosed := c.received()
	assert.Equal(t, want, got)
	assert.Equal(t, closed, isClosed, "closed")
}

func TestChunkSizeBoundsDecodedData(t *testing.T) {
	r := newRecorder()
	bubble(t, &Params{ChunkSize: 16, Decompress: true}, r, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, lengthed("Content-Encoding: gzip\n", gzipped(strings.Repeat("0123456789", 5))))
		expect(t, c, answers200(strings.Repeat("0123456789", 5)), false)
	})
	total := 0
	for _, p := range r.pieces() {
		assert.LessOrEqual(t, len(p), 16)
		assert.NotEmpty(t, p)
		total += len(p)
	}
	assert.Equal(t, 50, total)
}

func TestChunkSizeBoundsEveryFraming(t *testing.T) {
	body := strings.Repeat("0123456789", 10)
	for _, request := range []string{lengthed("", body),
		crlf("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n") + chunksOf(body, 100) + "0\r\n\r\n"} {
		r := newRecorder()
		bubble(t, &Params{ChunkSize: 16}, r, func(t *testing.T, c *client, _ *ServerConn) {
			c.send(t, request)
			expect(t, c, answers200(body), false)
		})
		assert.Len(t, r.pieces(), 7)
		assert.Equal(t, body, strings.Join(r.pieces(), ""))
	}
}

func TestChunkIsDeliveredBeforeTheNextIsSent(t *testing.T) {
	r := newRecorder()
	bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, crlf("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n"))
		for _, chunk := range []string{"one", "two", "three"} {
			c.send(t, chunksOf(chunk, 100))
			synctest.Wait()
			pieces := r.pieces()
			assert.Equal(t, chunk, pieces[len(pieces)-1])
		}
		c.send(t, chunksOf("ab", 1)+"0\r\n\r\n")
		expect(t, c, answers200("onetwothreeab"), false)
	})
	assert.Equal(t, []string{"one", "two", "three", "a", "b"}, r.pieces())
}

// Of many chunks that come at once, those before what is wrong are delivered.
func TestChunksBeforeTheOneThatIsRefused(t *testing.T) {
	const good = 3*piecesAtOnce + 1
	chunks := strings.Repeat("3\r\nabc\r\n", good)
	for rest, status := range map[string]string{
		"3\r\nabc\r\n":     "413 Content Too Large",
		"fff\r\na":         "413 Content Too Large", // announced, not sent
		"g\r\n":            "400 Bad Request",
		"0\r\nHost: b\r\n": "400 Bad Request",
	} {
		r := newRecorder()
		bubble(t, &Params{MaxBodySize: 3*good + 2}, r, func(t *testing.T, c *client, _ *ServerConn) {
			c.send(t, crlf("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n")+chunks+rest+"0\r\n\r\n")
			expect(t, c, refused(status), true)
		})
		assert.Equal(t, good, len(r.pieces()), rest)
		assert.Equal(t, 1, r.count("close"), rest)
	}
}

func TestPeerLeavesInMidUpload(t *testing.T) {
	r := newRecorder()
	bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, postHead10+"half")
		synctest.Wait()
		_ = c.Close()
		synctest.Wait()
		assert.Equal(t, "head POST /\ndata half\nclose "+io.ErrUnexpectedEOF.Error()+"\nend", r.log())
	})
}

func TestPeerLeavesAfterTheFirstResponse(t *testing.T) {
	r := newRecorder()
	bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, get+get[:10])
		synctest.Wait()
		_ = c.Close()
		synctest.Wait()
		assert.Equal(t, "head GET /\nfinish\nend", r.log())
	})
}

func TestContextIsCancelledWhenThePeerLeaves(t *testing.T) {
	r := newRecorder()
	var handle Conn
	r.finish = func(c Conn, _ []byte) error {
		handle = c
		return nil // answered later
	}
	bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, get)
		synctest.Wait()
		ctx := handle.Context()
		called := make(chan struct{})
		handle.SetCloseCallback(func() { close(called) })
		synctest.Wait()
		require.NoError(t, ctx.Err())
		_ = c.Close()
		<-ctx.Done()
		<-called
		_ = handle.Reply(StatusLine(200), nil, nil) // harmless
		<-r.closed
		assert.Equal(t, "head GET /\nfinish\nend", r.log())
	})
}

func TestContextEndsWithItsExchange(t *testing.T) {
	r := newRecorder()
	var contexts []context.Context
	r.finish = func(c Conn, _ []byte) error {
		contexts = append(contexts, c.Context())
		assert.NoError(t, c.Context().Err())
		return c.Reply(StatusLine(200), nil, nil)
	}
	bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
		for i := range 3 {
			c.send(t, get)
			expect(t, c, strings.Repeat(empty200, i+1), false)
		}
		for _, ctx := range contexts {
			assert.Error(t, ctx.Err())
		}
	})
}

// Octets of the next request that the watch for the peer's leaving comes upon
// belong to the next request.
func TestWatchingLosesNoOctet(t *testing.T) {
	r := newRecorder()
	r.finish = func(c Conn, _ []byte) error {
		ctx := c.Context()
		go func() {
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
			_ = c.Reply(StatusLine(200), nil, nil)
		}()
		return nil
	}
	bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
		for i := range 3 {
			c.send(t, get[:7])
			synctest.Wait()
			c.send(t, get[7:]+get[:5])
			synctest.Wait()
			c.send(t, get[5:])
			time.Sleep(3 * time.Second)
			expect(t, c, strings.Repeat(empty200, 2*i+2), false)
		}
	})
}

func TestAsynchronousResponsesKeepOrder(t *testing.T) {
	r := newRecorder()
	var handles []Conn
	r.finish = func(c Conn, _ []byte) error {
		handles = append(handles, c)
		return nil
	}
	bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, get+get)
		synctest.Wait()
		require.Len(t, handles, 1, "the second request waits for the first response")
		require.NoError(t, handles[0].WriteHeaders(StatusLine(200), nil, []byte("a")))
		head := crlf("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n1\na\n")
		expect(t, c, head, false) // sent at once: nobody else would
		_, err := handles[0].Write([]byte("b"))
		require.NoError(t, err)
		expect(t, c, head+"1\r\nb\r\n", false)
		require.NoError(t, handles[0].Finish())
		expect(t, c, head+crlf("1\nb\n0\n\n"), false)
		require.Len(t, handles, 2)

		// A stale handle never reaches the response of another.
		assert.ErrorIs(t, handles[0].Reply(StatusLine(200), nil, []byte("evil")), ErrFinished)
		_, err = handles[0].Write([]byte("evil"))
		assert.ErrorIs(t, err, ErrFinished)
		assert.ErrorIs(t, handles[0].Finish(), ErrFinished)
		assert.ErrorIs(t, handles[0].Flush(), ErrFinished)
		assert.ErrorIs(t, handles[0].WriteHeaders(StatusLine(200), nil, nil), ErrFinished)
		_, _, err = handles[0].Detach()
		assert.ErrorIs(t, err, ErrFinished)
		assert.Error(t, handles[0].Context().Err())

		require.NoError(t, handles[1].Reply(StatusLine(204), nil, nil))
		expect(t, c, head+crlf("1\nb\n0\n\n")+"HTTP/1.1 204 No Content\r\n\r\n", false)
	})
}

// The handle of an exchange that is over does not set the limits of the next, which
// nobody has begun to answer.
func TestStaleHandleSetsNoLimits(t *testing.T) {
	r := newRecorder()
	var first *Conn
	r.headers = func(c Conn, _ *StartLine, _ *Fields) error {
		if first == nil {
			first = &c
			return nil
		}
		first.SetMaxBodySize(1)
		first.SetBodyTimeout(time.Second)
		return nil
	}
	bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, get+postHead10+"01234")
		time.Sleep(time.Minute)
		c.send(t, "56789")
		expect(t, c, empty200+answers200("0123456789"), false)
	})
}

func TestResponseWhileTheRequestIsStillComing(t *testing.T) {
	r := newRecorder()
	var handle Conn
	r.headers = func(c Conn, _ *StartLine, _ *Fields) error {
		handle = c
		return c.WriteHeaders(StatusLine(200), nil, nil)
	}
	r.data = func(c Conn, p []byte) error {
		_, err := c.Write(p)
		return err
	}
	r.finish = func(c Conn, _ []byte) error { return c.Finish() }
	const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) { // full duplex
		c.send(t, postHead10+"01234")
		expect(t, c, head+"5\r\n01234\r\n", false)
		c.send(t, "56789")
		expect(t, c, head+crlf("5\n01234\n5\n56789\n0\n\n"), false)
	})
	r = r2(r)
	bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) { // finished by another goroutine
		c.send(t, postHead10+"01234")
		synctest.Wait()
		require.NoError(t, handle.Finish())
		time.Sleep(lingerTime + 2*tick)
		expect(t, c, head+crlf("5\n01234\n0\n\n"), true)
		assert.Equal(t, "head POST /\ndata 01234\nclose "+errAnswered.Error()+"\nend", r.log())
	})
}

func TestErrorsAndPanicsOfCallbacksClose(t *testing.T) {
	boom := errors.New("boom")
	type callback func(r *recorder, f func() error)
	inHeaders := func(r *recorder, f func() error) {
		r.headers = func(Conn, *StartLine, *Fields) error { return f() }
	}
	inData := func(r *recorder, f func() error) { r.data = func(Conn, []byte) error { return f() } }
	inFinish := func(r *recorder, f func() error) { r.finish = func(Conn, []byte) error { return f() } }
	for i, in := range []callback{inHeaders, inData, inFinish} {
		for _, f := range []func() error{func() error { return boom }, func() error { panic(boom) }} {
			r := newRecorder()
			in(r, f)
			bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
				c.send(t, postHead10+"0123456789"+get)
				expect(t, c, "", true)
			})
			assert.Equal(t, 1, r.count("end"))
			if i == 2 { // Finish raised it
				assert.Zero(t, r.count("close "))
			} else {
				assert.Equal(t, 1, r.count("close "))
				assert.Zero(t, r.count("finish"))
			}
		}
	}
}

// A handler that ends its goroutine ends the connection with it.
func TestGoexitInACallback(t *testing.T) {
	s := &Server{Delegate: delegates(func(Conn) MessageDelegate { runtime.Goexit(); return nil })}
	inMemory(t, s, func(t *testing.T, l *conntest.Listener) {
		c := dialMemory(t, l)
		c.send(t, get)
		expect(t, c, "", true)
		require.NoError(t, s.Shutdown(context.Background()))
	})
}
