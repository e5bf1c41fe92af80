package conn

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/parser"
)

// sent returns the field lines of h.
func sent(h *Header) (lines []string) {
	for n, v := range h.All() {
		lines = append(lines, string(n)+": "+string(v))
	}
	return lines
}

func TestForwardTo(t *testing.T) {
	for _, c := range []struct{ received, forwarded string }{
		{"", ""},
		{"A: b\nc:\nA: d", "A: b\nc: \nA: d"},
		{"Host: h\nVia: 1.1 x\nTrailer: T\nDate: d", "Host: h\nVia: 1.1 x\nTrailer: T\nDate: d"},
		{"Expect: 100-continue\nContent-Length: 5", "Expect: 100-continue\nContent-Length: 5"},
		{"Expect: 100-continue\nTransfer-Encoding: chunked", "Expect: 100-continue"},
		{"Expect: 100-continue\nContent-Length: 0", "Content-Length: 0"},
		{"Expect: 100-continue", ""},
		{"Connection: close\nKeep-Alive: timeout=1\nProxy-Connection: x\nTE: trailers\nUpgrade: x\nA: b", "A: b"},
		{"Transfer-Encoding: chunked", ""},
		{"keep-alive: 1\nte: x\nUPGRADE: y", ""},
		{"Connection: close, X-One ,x-two\nX-One: 1\nX-ONE: 2\nX-Two: 3\nX-Three: 4", "X-Three: 4"},
		{"X-One: 1\nConnection: a\nConnection:\nConnection: x-one", ""},
		{"Connection: x-on, x-onee\nX-One: 1", "X-One: 1"},
		{"Connection: X-" + strings.Repeat("y", 100) + "\nX-" + strings.Repeat("y", 100) + ": 1", ""},
		{"Content-Length: 5", "Content-Length: 5"},
		{"Content-Length: 5 , 5\nA: b\nContent-Length: 5", "Content-Length: 5\nA: b"},
		{"Connection: content-length\nContent-Length: 5", ""},
	} {
		lines := c.received
		if lines != "" {
			lines += "\n"
		}
		require.NoError(t, receive(t, crlf(lines), func(f *Fields) {
			h := new(Header)
			h.Add("Before", "it")
			f.ForwardTo(h)
			require.NoError(t, h.Err())
			require.Equal(t, strings.TrimSuffix("Before: it\n"+c.forwarded, "\n"), strings.Join(sent(h), "\n"), c.received)
		}))
	}
	h := new(Header)
	new(Fields).ForwardTo(h)
	require.Zero(t, h.Len())
}

func TestForwardToOfADecodedBody(t *testing.T) {
	b := []byte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Encoding: gzip\r\nA: b\r\n\r\n")
	var head parser.ResponseHead
	_, err := head.Parse(b, nil)
	require.NoError(t, err)
	var f Fields
	f.reset(b, &head.Fields, true, nil)
	h := new(Header)
	f.ForwardTo(h)
	require.Equal(t, []string{"X-Consumed-Content-Encoding: gzip", "A: b"}, sent(h))
	require.EqualValues(t, -1, f.ContentLength())
}

func TestContentLengthOfARequest(t *testing.T) {
	for lines, length := range map[string]int64{
		"":                            0,
		"A: b\r\n":                    0,
		"Content-Length: 0\r\n":       0,
		"Content-Length: 42\r\n":      42,
		"Content-Length: 42 , 42\r\n": 42,
		"Content-Length: 42\r\nContent-Length: 042\r\n": 42,
		"Content-Length: 9223372036854775807\r\n":       1<<63 - 1,
		"Transfer-Encoding: chunked\r\n":                -1,
	} {
		require.NoError(t, receive(t, lines, func(f *Fields) { require.Equal(t, length, f.ContentLength(), lines) }))
	}
	require.Zero(t, new(Fields).ContentLength())
}

// A proxy does this for each message.
func TestForwardToAllocatesNothing(t *testing.T) {
	if RaceEnabled {
		t.Skip("the race detector allocates")
	}
	lines := "Host: a\r\nConnection: keep-alive, x-" + strings.Repeat("y", 40) + "\r\nContent-Length: 5\r\nX-" + strings.Repeat("y", 40) + ": 1\r\n"
	require.NoError(t, receive(t, lines, func(f *Fields) {
		h := new(Header)
		require.Zero(t, testing.AllocsPerRun(100, func() {
			h.Reset()
			f.ForwardTo(h)
		}))
		require.True(t, slices.Equal(sent(h), []string{"Host: a", "Content-Length: 5"}))
	}))
}
