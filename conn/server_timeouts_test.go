package conn

import (
	"context"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn/conntest"
	"github.com/h1wire/h1wire/parser"
)

// closesWithin asserts that the server closes not before d, and not later than
// two ticks after it.
func closesWithin(t *testing.T, c *client, d time.Duration) {
	t.Helper()
	start := time.Now()
	<-c.done
	took := time.Since(start)
	assert.GreaterOrEqual(t, took, d)
	assert.LessOrEqual(t, took, d+2*tick)
}

func TestIdleTimeout(t *testing.T) {
	p := &Params{IdleTimeout: 5 * time.Second}
	bubble(t, p, newRecorder(), func(t *testing.T, c *client, _ *ServerConn) {
		closesWithin(t, c, 5*time.Second)
		expect(t, c, "", true)
	})
	bubble(t, p, newRecorder(), func(t *testing.T, c *client, _ *ServerConn) {
		for range 2 {
			time.Sleep(4 * time.Second)
			c.send(t, get)
			synctest.Wait()
		}
		closesWithin(t, c, 5*time.Second)
		expect(t, c, empty200+empty200, true)
	})
}

func TestHeaderTimeout(t *testing.T) {
	p := &Params{HeaderTimeout: 3 * time.Second, IdleTimeout: time.Hour}
	r := newRecorder()
	bubble(t, p, r, func(t *testing.T, c *client, _ *ServerConn) {
		time.Sleep(time.Minute)
		start := time.Now()
		for _, piece := range []string{"GET / HT", "TP/1.1\r\nHo", "st"} { // progress does not help
			c.send(t, piece)
			time.Sleep(time.Second - tick)
		}
		for {
			if got, _ := c.received(); got != "" {
				break
			}
			time.Sleep(tick)
		}
		assert.GreaterOrEqual(t, time.Since(start), 3*time.Second)
		assert.LessOrEqual(t, time.Since(start), 3*time.Second+3*tick)
		closesWithin(t, c, 0)
		expect(t, c, refused("408 Request Timeout"), true)
	})
	assert.Equal(t, "end", r.log())
}

// HeaderTimeout is for each head.
func TestEachHeadHasItsTime(t *testing.T) {
	bubble(t, &Params{HeaderTimeout: 10 * time.Second}, newRecorder(), func(t *testing.T, c *client, _ *ServerConn) {
		for range 2 {
			c.send(t, get[:5])
			time.Sleep(7 * time.Second)
			c.send(t, get[5:])
			synctest.Wait()
		}
		expect(t, c, empty200+empty200, false)
	})
}

func TestBodyTimeout(t *testing.T) {
	p := &Params{BodyTimeout: 3 * time.Second}
	r := newRecorder()
	bubble(t, p, r, func(t *testing.T, c *client, _ *ServerConn) {
		start := time.Now()
		c.send(t, postHead10)
		for range 2 { // progress does not help
			time.Sleep(time.Second)
			c.send(t, "x")
		}
		<-c.done
		assert.InDelta(t, 3, time.Since(start).Seconds(), 3*tick.Seconds())
		expect(t, c, "", true) // no octet of a response
	})
	assert.Equal(t, "head POST /\ndata xx\nclose "+ErrBodyTimeout.Error()+"\nend", r.log())
	assert.ErrorIs(t, ErrBodyTimeout, os.ErrDeadlineExceeded)
}

// What is pulled has its time, too, and progress does not help either.
func TestBodyTimeoutOfWhatIsPulled(t *testing.T) {
	pulls := delegates(func(c Conn) MessageDelegate { return &pulling{plainly{c: c}, true} })
	bubble(t, &Params{BodyTimeout: 3 * time.Second}, pulls, func(t *testing.T, c *client, _ *ServerConn) {
		start := time.Now()
		c.send(t, postHead10)
		for range 2 {
			time.Sleep(time.Second)
			c.send(t, "x")
		}
		<-c.done
		assert.InDelta(t, 3, time.Since(start).Seconds(), 3*tick.Seconds())
		expect(t, c, "", true)
	})
}

func TestBodyTimeoutLeavesCallbacksOut(t *testing.T) {
	r := newRecorder()
	r.data = func(Conn, []byte) error {
		time.Sleep(time.Minute)
		return nil
	}
	bubble(t, &Params{BodyTimeout: 3 * time.Second, IdleTimeout: -1}, r, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, postHead10)
		for range 10 {
			c.send(t, "x")
			synctest.Wait()
		}
		time.Sleep(11 * time.Minute)
		expect(t, c, answers200(strings.Repeat("x", 10)), false)
	})
}

func TestBodyTimeoutOfOneRequest(t *testing.T) {
	r := newRecorder()
	r.headers = func(c Conn, start *StartLine, _ *Fields) error {
		if string(start.Target) == "/slow" {
			c.SetBodyTimeout(time.Hour)
		}
		return nil
	}
	bubble(t, &Params{BodyTimeout: time.Second}, r, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, strings.Replace(postHead10, "/", "/slow", 1))
		time.Sleep(time.Minute)
		c.send(t, "0123456789"+postHead10)
		synctest.Wait()
		closesWithin(t, c, time.Second)
		expect(t, c, answers200("0123456789"), true)
	})
}

func TestMinBodyRate(t *testing.T) {
	p := &Params{MinBodyRate: 100}
	bubble(t, p, newRecorder(), func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, lengthed("", strings.Repeat("x", 3000))[:len(lengthed("", strings.Repeat("x", 3000)))-3000])
		for range 30 { // just fast enough
			time.Sleep(time.Second)
			c.send(t, strings.Repeat("x", 100))
		}
		expect(t, c, answers200(strings.Repeat("x", 3000)), false)
	})
	r := newRecorder()
	bubble(t, p, r, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\n\r\n")
		start := time.Now()
		for {
			if _, closed := c.received(); closed {
				break
			}
			time.Sleep(time.Second)
			_, _ = c.Write([]byte(strings.Repeat("x", 50))) // half of it
			synctest.Wait()
		}
		assert.InDelta(t, 10, time.Since(start).Seconds(), 2)
	})
	assert.Equal(t, 1, r.count("close "+ErrBodyTimeout.Error()))
}

// Of two bounds the tighter holds.
func TestBodyTimeoutWithMinBodyRate(t *testing.T) {
	for _, timeout := range []time.Duration{rateWindow / 2, 2 * rateWindow} {
		bubble(t, &Params{BodyTimeout: timeout, MinBodyRate: 100}, newRecorder(), func(t *testing.T, c *client, _ *ServerConn) {
			c.send(t, postHead10)
			closesWithin(t, c, min(timeout, rateWindow))
		})
	}
}

// An octet that comes at the last moment, when the time is over and the clock has not
// looked, does not make that the end of all bounds.
func TestBodyTimeoutAtTheLastMoment(t *testing.T) {
	for timeout, p := range map[time.Duration]*Params{3 * time.Second: {BodyTimeout: 3 * time.Second}, rateWindow: {MinBodyRate: 100}} {
		bubble(t, p, newRecorder(), func(t *testing.T, c *client, _ *ServerConn) {
			c.send(t, postHead10)
			time.Sleep(timeout + tick/2)
			c.send(t, "x")
			time.Sleep(5 * tick)
			expect(t, c, "", true)
		})
		p, err := p.resolved()
		require.NoError(t, err)
		var in inbound
		in.begin(parser.Framing{Kind: parser.FixedLength, Length: 10}, p)
		require.Equal(t, timeout, in.wait(0, p))
		in.waited(int64(timeout + time.Second))
		require.Positive(t, in.wait(int64(timeout+time.Second), p), "0 would be for ever")
	}
}

func TestWriteTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := conntest.PipeSize(1000)
		sc, err := NewServerConn(theirs, &Params{WriteTimeout: 3 * time.Second, Logger: quiet})
		require.NoError(t, err)
		r := newRecorder()
		var failed error
		var took time.Duration
		r.finish = func(c Conn, _ []byte) error {
			start := time.Now()
			failed = c.Reply(StatusLine(200), nil, make([]byte, 100_000))
			took = time.Since(start)
			return nil
		}
		go func() { _ = sc.Serve(context.Background(), r) }()
		_, _ = ours.Write([]byte(get))
		for range 5 { // progress, however slow, is good enough
			time.Sleep(2 * time.Second)
			_, _ = ours.Read(make([]byte, 500))
		}
		<-r.closed
		assert.ErrorIs(t, failed, ErrWriteTimeout)
		// The last progress was after 10 s. What was made within one wait is
		// seen at its end.
		assert.GreaterOrEqual(t, took, 13*time.Second)
		assert.LessOrEqual(t, took, 16*time.Second+4*tick)
		_ = ours.Close()
	})
}
