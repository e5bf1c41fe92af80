package conn

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// What is answered before its content was asked for is read to its end, if that is
// near, and the connection goes on.
func TestRestOfAnAnsweredRequestIsDropped(t *testing.T) {
	const (
		chunkedHead = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
		kept        = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
		closed      = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
	)
	huge := strings.Repeat("x", discardOctets+2*bulkSize)
	for name, c := range map[string]struct {
		params *Params
		send   []string // one after the other
		want   string
		closed bool
	}{
		"all is there":           {send: []string{lengthed("", "0123456789") + get}, want: kept + kept},
		"the rest comes later":   {send: []string{postHead10 + "01234", "567", "89", get}, want: kept + kept},
		"not one octet is there": {send: []string{postHead10, "0123456789" + get}, want: closed, closed: true},
		"the rest never comes":   {send: []string{postHead10 + "01234"}, want: kept, closed: true},
		"the rest is long":       {send: []string{lengthed("", huge) + get}, want: closed, closed: true},
		"beyond the limit":       {params: &Params{MaxBodySize: 9}, send: []string{lengthed("", "0123456789") + get}, want: closed, closed: true},
		"chunked":                {send: []string{chunkedHead + chunksOf("0123456789", 3) + "0\r\n\r\n", get}, want: kept + kept},
		"chunked, and a request": {send: []string{chunkedHead + chunksOf("0123456789", 3) + "0\r\n\r\n" + get}, want: closed, closed: true},
		"chunked, not whole":     {send: []string{chunkedHead + chunksOf("0123456789", 3)}, want: closed, closed: true},
		"only as if it were all": {send: []string{chunkedHead + "ff\r\nabc\r\n0\r\n\r\n", get}, want: kept, closed: true},
		"chunked, malformed":     {send: []string{chunkedHead + "g\r\nabc\r\n0\r\n\r\n", get}, want: kept, closed: true},
		"in gzip, or said to be": {params: &Params{Decompress: true}, send: []string{lengthed("Content-Encoding: gzip\n", "0123456789") + get}, want: kept + kept},
		"100 (Continue) awaited": {send: []string{lengthed("Expect: 100-continue\n", "0123456789") + get}, want: closed, closed: true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRecorder()
			r.headers = replyWith(401)
			bubble(t, c.params, r, func(t *testing.T, cl *client, _ *ServerConn) {
				for _, s := range c.send {
					cl.send(t, s)
					synctest.Wait()
				}
				time.Sleep(discardTime + lingerTime + 4*tick)
				expect(t, cl, c.want, c.closed)
			})
			// It was refused before its content came; what came is nobody's.
			assert.Equal(t, 1, r.count("close "+errAnswered.Error()))
			assert.Empty(t, r.pieces())
			assert.Equal(t, strings.Count(c.want, "HTTP/1.1")-1, r.count("finish"))
		})
	}
}

// What seemed to be all there was and goes on is dropped up to a limit, at once.
func TestRestThatDoesNotEnd(t *testing.T) {
	r := newRecorder()
	r.headers = replyWith(401)
	bubble(t, nil, r, func(t *testing.T, c *client, _ *ServerConn) {
		c.send(t, crlf("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\nffffff\nabc")+string(lastChunk))
		synctest.Wait()
		_, closed := c.received()
		assert.False(t, closed)
		for range 4 {
			c.send(t, strings.Repeat("x", discardOctets/3))
			synctest.Wait()
		}
		_, closed = c.received()
		assert.True(t, closed, "before discardTime")
	})
}

func TestRestOfAnAnsweredRequestIsDroppedByEveryDriver(t *testing.T) {
	body := strings.Repeat("x", 100_000)
	kept := "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
	onDrivers(t, func(t *testing.T, s *Server) {
		r := newRecorder()
		r.headers = replyWith(401)
		s.Delegate = r
		assert.Equal(t, kept+kept+kept, exchangeAll(t, listen(t, s), lengthed("", body)+lengthed("", body)+get))
	})
}
