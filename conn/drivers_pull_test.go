package conn

import (
	"io"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pulling answers 200 with the content of the request, which it pulls.
type pulling struct {
	plainly
	pull bool
}

func (p *pulling) PullsBody() bool { return p.pull }
func (p *pulling) HeadersReceived(*StartLine, *Fields) error {
	if !p.pull {
		return nil
	}
	body, err := io.ReadAll(p.c)
	if err != nil {
		return err
	}
	return p.c.Reply(StatusLine(200), nil, body)
}

func (p *pulling) Finish() error {
	if p.pull {
		return nil
	}
	return p.plainly.Finish()
}

// A body that is pulled is served outside the raw driver's callback, which is
// entered again for what follows. Whatever comes in between must not be lost.
func TestPulledBodiesAndReentry(t *testing.T) {
	onDrivers(t, func(t *testing.T, s *Server) {
		var n atomic.Int64
		s.Delegate = delegates(func(c Conn) MessageDelegate {
			return &pulling{plainly{c: c}, n.Add(1)%3 != 0}
		})
		addr := listen(t, s)
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				nc := dial(t, addr)
				defer nc.Close()
				buf := make([]byte, 1<<17)
				for round := range 50 {
					body := strings.Repeat(string(rune('a'+i)), 1+round*300)
					send := get + lengthed("", body) + crlf("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n") +
						chunksOf(body, 1000) + "0\r\n\r\n" + get
					want := empty200 + answers200(body) + answers200(body) + empty200
					cut := (round*7919 + i*31) % len(send)
					go func() {
						_, _ = io.WriteString(nc, send[:cut])
						runtime.Gosched()
						_, _ = io.WriteString(nc, send[cut:])
					}()
					got := ""
					for len(undated(got)) < len(want) {
						k, err := nc.Read(buf)
						if !assert.NoError(t, err) {
							return
						}
						got += string(buf[:k])
					}
					if !assert.Equal(t, want, undated(got)) {
						return
					}
				}
			})
		}
		wg.Wait()
	})
}

func TestPullingAfterExpect(t *testing.T) {
	onDrivers(t, func(t *testing.T, s *Server) {
		s.Delegate = delegates(func(c Conn) MessageDelegate { return &pulling{plainly{c: c}, true} })
		nc := dial(t, listen(t, s))
		defer nc.Close()
		_, _ = io.WriteString(nc, crlf("POST / HTTP/1.1\nHost: a\nExpect: 100-continue\nContent-Length: 5\n\n"))
		buf := make([]byte, 100)
		n, err := nc.Read(buf)
		require.NoError(t, err)
		assert.Equal(t, "HTTP/1.1 100 Continue\r\n\r\n", string(buf[:n]))
		_, _ = io.WriteString(nc, "hello")
		n, _ = nc.Read(buf)
		assert.Equal(t, answers200("hello"), undated(string(buf[:n])))
	})
}

// A handler that does not read what it does not want.
func TestPullingPartOfABody(t *testing.T) {
	onDrivers(t, func(t *testing.T, s *Server) {
		s.Delegate = delegates(func(c Conn) MessageDelegate { return &sipping{plainly{c: c}} })
		addr := listen(t, s)
		next := lengthed("", "cd")
		assert.Equal(t, answers200("ab")+answers200("cd"), exchangeAll(t, addr, lengthed("", "abcdef")+next))
		want := crlf("HTTP/1.1 200 OK\nContent-Length: 2\nConnection: close\n\nab")
		assert.Equal(t, want, exchangeAll(t, addr, lengthed("", "ab"+strings.Repeat("x", 1<<20))+next))
	})
}

type sipping struct{ plainly }

func (p *sipping) PullsBody() bool { return true }
func (p *sipping) HeadersReceived(*StartLine, *Fields) error {
	sip := make([]byte, 2)
	if _, err := io.ReadFull(p.c, sip); err != nil {
		return err
	}
	return p.c.Reply(StatusLine(200), nil, sip)
}
