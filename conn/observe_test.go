package conn

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// observing is a recorder that is told how exchanges ended.
type observing struct{ *recorder }

func (o observing) ExchangeEnded(x Exchange) {
	o.note("%d received %d sent %d delegate %t err %v", x.Status, x.Received, x.Sent, x.Delegate != nil, x.Err)
}

func TestExchangeEnded(t *testing.T) {
	answer := func(c Conn) error { return c.Reply(StatusLine(201), nil, []byte("four")) }
	promise := func(c Conn, n int64, chunk string) error {
		h := new(Header)
		h.AddInt("Content-Length", n)
		return c.WriteHeaders(StatusLine(200), h, []byte(chunk))
	}
	for _, tc := range []struct {
		name, send string
		set        func(r *recorder)
		want       string
	}{
		{"one", get, nil, "200 received 0 sent 0 delegate true err <nil>"},
		{"content both ways, and what was before is forgotten", postHead10 + "0123456789" + get, nil,
			"200 received 10 sent 10 delegate true err <nil>\n200 received 0 sent 0 delegate true err <nil>"},
		{"chunked", crlf("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n3\nabc\n2\nde\n0\n\n"), func(r *recorder) {
			r.finish = func(c Conn, body []byte) error {
				return errors.Join(c.WriteHeaders(StatusLine(404), nil, body), func() error { _, err := c.Write(body); return err }(), c.Finish())
			}
		}, "404 received 5 sent 10 delegate true err <nil>"},
		{"HEAD", "HEAD" + get[3:], func(r *recorder) {
			r.finish = func(c Conn, _ []byte) error { return answer(c) }
		}, "201 received 0 sent 0 delegate true err <nil>"},
		{"answered early, the rest comes", postHead10 + "0123456789", func(r *recorder) {
			r.headers = func(c Conn, _ *StartLine, _ *Fields) error { return answer(c) }
		}, "201 received 10 sent 4 delegate true err " + errAnswered.Error()},
		{"answered early, the rest does not", postHead10, func(r *recorder) {
			r.headers = func(c Conn, _ *StartLine, _ *Fields) error { return answer(c) }
		}, "201 received 0 sent 4 delegate true err " + errAnswered.Error()},
		{"a head that is none", "FOO,BAR / HTTP/1.1\r\n\r\n", nil, "400 received 0 sent 0 delegate false err conn: peer broke RFC 9112 §3.1 at octet 3: the method is not a token followed by one space"},
		{"an expectation", crlf("POST / HTTP/1.1\nHost: a\nExpect: more\nContent-Length: 1\n\n"), nil,
			"417 received 0 sent 0 delegate false err conn: peer broke RFC 9110 §10.1.1 at octet 34: the expectation is not 100-continue"},
		{"content that is none", crlf("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n3\nabc\nx\n"), nil,
			"400 received 3 sent 0 delegate true err conn: peer broke RFC 9112 §7.1 at octet 8: the chunk size is not a hexadecimal number"},
		{"too much content", postHead10, func(r *recorder) {
			r.headers = func(c Conn, _ *StartLine, _ *Fields) error {
				c.SetMaxBodySize(9)
				return nil
			}
		}, "413 received 0 sent 0 delegate true err conn: peer broke RFC 9110 §15.5.14 at octet 9: the body is larger than the limit"},
		{"the peer leaves", postHead10 + "012", nil, "0 received 3 sent 0 delegate true err unexpected EOF"},
		{"the delegate fails", get, func(r *recorder) {
			r.finish = func(Conn, []byte) error { return errors.New("mine") }
		}, "0 received 0 sent 0 delegate true err mine"},
		{"the delegate panics", get, func(r *recorder) {
			r.finish = func(Conn, []byte) error { panic("mine") }
		}, "0 received 0 sent 0 delegate true err conn: a callback panicked"},
		{"the goroutine ends", get, func(r *recorder) {
			r.finish = func(Conn, []byte) error { runtime.Goexit(); return nil }
		}, "0 received 0 sent 0 delegate true err use of closed network connection"},
		{"too little is written", get, func(r *recorder) {
			r.finish = func(c Conn, _ []byte) error { return errors.Join(promise(c, 5, "four"), c.Finish()) }
		}, "200 received 0 sent 4 delegate true err " + ErrTooFewBytes.Error()},
		{"too much is written", get, func(r *recorder) {
			r.finish = func(c Conn, _ []byte) error { return promise(c, 3, "four") }
		}, "200 received 0 sent 3 delegate true err " + ErrTooManyBytes.Error()},
		{"closed", get, func(r *recorder) {
			r.finish = func(c Conn, _ []byte) error { return errors.Join(answer(c), c.ServerConn().Close()) }
		}, "201 received 0 sent 4 delegate true err use of closed network connection"},
		{"detached", get, func(r *recorder) {
			r.finish = func(c Conn, _ []byte) error {
				h := new(Header)
				h.Add("Upgrade", "x")
				err := c.WriteHeaders(StatusLine(101), h, nil)
				nc, _, e := c.Detach()
				return errors.Join(err, e, nc.Close())
			}
		}, "101 received 0 sent 0 delegate true err " + ErrDetached.Error()},
		{"nothing", "", nil, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			onDrivers(t, func(t *testing.T, s *Server) {
				r := newRecorder()
				if tc.set != nil {
					tc.set(r)
				}
				s.Delegate = observing{r}
				nc := dial(t, listen(t, s))
				_, err := io.WriteString(nc, tc.send)
				require.NoError(t, err)
				require.NoError(t, nc.CloseWrite())
				_, _ = io.Copy(io.Discard, nc)
				<-r.closed
				_ = nc.Close()
				var got []string
				for line := range strings.Lines(r.log()) {
					if strings.Contains(line, " delegate ") {
						got = append(got, strings.TrimSuffix(line, "\n"))
					}
				}
				want := strings.ReplaceAll(tc.want, "err use of closed network connection", "err "+fmt.Sprint(errClosed))
				assert.Equal(t, want, strings.Join(got, "\n"))
			})
		})
	}
}

// The call comes after all others of the exchange, and before those of the next; it
// may close the connection; and what it panics with harms nobody.
func TestExchangeEndedIsTheLastCall(t *testing.T) {
	r := newRecorder()
	bubble(t, nil, observing{r}, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, get+get)
		time.Sleep(time.Second)
	})
	one := "head GET /\nfinish\n200 received 0 sent 0 delegate true err <nil>\n"
	assert.Equal(t, one+one+"end", r.log())

	onDrivers(t, func(t *testing.T, s *Server) {
		r := newRecorder()
		s.Delegate = observer{r, func(x Exchange) {
			assert.NoError(t, x.ServerConn.Close())
			panic("harmless")
		}}
		nc := dial(t, listen(t, s))
		_, err := io.WriteString(nc, get)
		require.NoError(t, err)
		_, _ = io.Copy(io.Discard, nc)
		<-r.closed
		_ = nc.Close()
	})
}

type observer struct {
	*recorder
	ended func(Exchange)
}

func (o observer) ExchangeEnded(x Exchange) { o.ended(x) }

// pullingWhole reads all of its content, and answers with it.
type pullingWhole struct{ recorded }

func (p *pullingWhole) PullsBody() bool { return true }

func (p *pullingWhole) HeadersReceived(*StartLine, *Fields) error {
	b, err := io.ReadAll(p.c)
	if err != nil {
		return err
	}
	return p.c.Reply(StatusLine(200), nil, b)
}

func (p *pullingWhole) Finish() error { return nil }

type pullObserver struct{ observing }

func (pullObserver) StartRequest(_ *ServerConn, c Conn) MessageDelegate {
	return &pullingWhole{recorded{recorder: newRecorder(), c: c}}
}

// It is the same where content is pulled, whole or not.
func TestExchangeEndedWherePulled(t *testing.T) {
	onDrivers(t, func(t *testing.T, s *Server) {
		r := newRecorder()
		s.Delegate = pullObserver{observing{r}}
		nc := dial(t, listen(t, s))
		_, err := io.WriteString(nc, postHead10+"0123456789"+postHead10+"012")
		require.NoError(t, err)
		require.NoError(t, nc.CloseWrite())
		_, _ = io.Copy(io.Discard, nc)
		<-r.closed
		_ = nc.Close()
		assert.Equal(t, "200 received 10 sent 10 delegate true err <nil>\n0 received 3 sent 0 delegate true err unexpected EOF\nend", r.log())
	})
}
