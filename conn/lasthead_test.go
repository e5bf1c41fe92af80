package conn

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/parser"
)

// texts are the strings that a delegate takes of a request.
type texts struct {
	target, name, value string
	allocs              float64
}

// taken parses a request and takes its strings, with what l keeps of those before.
func taken(t *testing.T, l *lastHead, request string) (s texts) {
	b := []byte(request)
	var head parser.RequestHead
	n, err := head.Parse(b, nil)
	require.NoError(t, err)
	require.Equal(t, len(b), n)
	was := *l
	s.allocs = testing.AllocsPerRun(1, func() { // which runs it twice
		*l = was
		var f Fields
		f.reset(b, &head.Fields, false, l)
		s.target = f.StringOf(head.Target.Bytes(b))
		if f.Len() > 0 {
			last := head.Fields.Line(f.Len() - 1)
			s.name, s.value = f.StringOf(last.Name.Bytes(b)), f.StringOf(last.Value.Bytes(b))
		}
	})
	poisonTest(b)
	return s
}

// The strings of field lines that come again are those of the first time; of a
// target that comes with them, too.
func TestLastHeadIsShared(t *testing.T) {
	const fields = "Host: example.test\r\nUser-Agent: test/1.0\r\n\r\n"
	var l lastHead
	first := taken(t, &l, "GET /a/path HTTP/1.1\r\n"+fields)
	assert.EqualValues(t, 1, first.allocs)
	for _, tc := range []struct {
		name, request, target, value string
		allocs                       float64
		shares                       bool
	}{
		{"the same", "GET /a/path HTTP/1.1\r\n" + fields, "/a/path", "test/1.0", 0, true},
		{"another target", "GET /another/longer/path HTTP/1.1\r\n" + fields, "/another/longer/path", "test/1.0", 1, true},
		{"another method", "POST /a/path HTTP/1.1\r\n" + fields, "/a/path", "test/1.0", 1, true},
		{"after a CRLF", "\r\nGET /a/path HTTP/1.1\r\n" + fields, "/a/path", "test/1.0", 1, true},
		{"another value", "GET /a/path HTTP/1.1\r\n" + strings.Replace(fields, "1.0", "1.1", 1), "/a/path", "test/1.1", 1, false},
		{"one more line", "GET /a/path HTTP/1.1\r\nAccept: */*\r\n" + fields, "/a/path", "test/1.0", 1, false},
		{"one line less", "GET /a/path HTTP/1.1\r\nHost: example.test\r\n\r\n", "/a/path", "example.test", 1, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := l
			got := taken(t, &l, tc.request)
			assert.Equal(t, tc.target, got.target)
			assert.Equal(t, tc.value, got.value)
			assert.Equal(t, tc.allocs, got.allocs)
			assert.Equal(t, tc.shares, unsafe.StringData(first.value) == unsafe.StringData(got.value))
			assert.Equal(t, tc.shares && tc.allocs == 0, unsafe.StringData(first.target) == unsafe.StringData(got.target))
			if tc.shares {
				return
			}
			again := taken(t, &l, tc.request)
			assert.Zero(t, again.allocs, "the last one counts")
			assert.Equal(t, got.target+got.name+got.value, again.target+again.name+again.value)
		})
	}
	assert.Equal(t, "/a/path User-Agent test/1.0", first.target+" "+first.name+" "+first.value, "kept for ever")
}

// Neither a long head is kept, nor one without fields, of which nothing would repeat.
func TestLastHeadKeepsLittle(t *testing.T) {
	for _, fields := range []string{"Host: a\r\nCookie: " + strings.Repeat("c", lastHeadMost) + "\r\n", ""} {
		var l lastHead
		request := "GET /path/of/this HTTP/1.0\r\n" + fields + "\r\n"
		for range 2 {
			got := taken(t, &l, request)
			assert.Equal(t, "/path/of/this", got.target)
			assert.EqualValues(t, 1, got.allocs)
			assert.Zero(t, l)
		}
	}
}

// reading takes the strings of each request.
type reading struct {
	frugal
	kept int // how much of a head its connection keeps
}

func (r *reading) StartRequest(sc *ServerConn, c Conn) MessageDelegate {
	r.frugal.StartRequest(sc, c)
	return r
}

func (r *reading) HeadersReceived(start *StartLine, fields *Fields) error {
	r.seen += len(fields.StringOf(start.Target))
	for i := range fields.Len() {
		name, value := fields.Line(i)
		r.seen += len(fields.StringOf(name)) + len(fields.StringOf(value))
	}
	r.kept = len(r.c.sc.before.text)
	return nil
}

// A connection that is idle keeps nothing.
func TestLastHeadOfAnIdleConnection(t *testing.T) {
	d := &reading{frugal: frugal{reply: replyPlain}}
	bubble(t, nil, d, func(t *testing.T, c *client, sc *ServerConn) {
		c.send(t, fielded)
		synctest.Wait()
		assert.Equal(t, len(fielded), d.kept)
		time.Sleep(5 * tick)
		synctest.Wait()
		assert.Empty(t, sc.before.text)
		c.send(t, fielded)
		synctest.Wait()
		got, _ := c.received()
		assert.Equal(t, 2, strings.Count(got, "Hello, World!"))
	})
}
