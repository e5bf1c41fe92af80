package parser

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/testdata/corpora"
)

// requireNoAllocs runs f often and requires that it allocates nothing.
func requireNoAllocs(t *testing.T, what string, f func()) {
	t.Helper()
	f() // what is grown once and kept is grown now
	require.Zero(t, testing.AllocsPerRun(20, f), what)
}

// Results go here, so that no call is optimised away.
var (
	sinkBytes []byte
	sinkError error
	sinkInt   int
	sinkBool  bool
)

// TestHeadAllocs parses good and bad heads and asks everything that there is to
// ask.
func TestHeadAllocs(t *testing.T) {
	var h RequestHead
	o := &Options{Lenience: LenientBareLF | LenientObsFold}
	inputs := []string{
		"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\nConnection: a, close\r\nExpect: 100-continue\r\nX:y \r\n\r\n",
		"GET http://a:1/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a b\r\nContent-Length: x\r\n\r\n",
		"CONNECT a HTTP/1.0\r\nHost: a\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n",
		"GET / HTTP/1.1\nA: b\n c\n\n",
		"GET / HTTP/1.1\r\nA: b\r\n",
		"GET / HTTP/3.0",
		"\x00",
		"GET / HTTP/1.1\r\n" + strings.Repeat("A: b\r\n", DefaultMaxFields+1),
		"GET /" + strings.Repeat("a", DefaultMaxHeadSize),
	}
	for _, name := range corpora.Requests() {
		inputs = append(inputs, string(corpora.Load(name)[0]))
	}
	for _, in := range inputs {
		b := []byte(in)
		requireNoAllocs(t, in[:min(len(in), 40)], func() {
			h.Reset()
			var err error
			if sinkInt, err = h.Parse(b, o); err != nil || sinkInt == 0 {
				sinkError = err
				return
			}
			sinkBytes, sinkError = h.Authority(b)
			_, sinkError = h.Framing(b)
			sinkBool = h.KeepAlive(b)
			sinkInt = int(h.Expectation(b))
			sinkBytes, sinkBool = h.Fields.Get(b, FieldHost)
			sinkBytes, sinkBool = h.Fields.Lookup(b, "x")
			sinkBytes, sinkBool = h.Fields.Lookup(b, "expect")
			sinkBool = h.Fields.HasToken(b, FieldConnection, "close")
			for name, value := range h.Fields.All(b) {
				sinkInt = len(name) + len(value)
			}
		})
	}
}

func TestResponseAllocs(t *testing.T) {
	var h ResponseHead
	for _, in := range []string{
		string(corpora.Load("response")[0]), "HTTP/1.1 204 \r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 99", "HTTP/1.1 200 OK\r\n",
	} {
		b := []byte(in)
		requireNoAllocs(t, in[:min(len(in), 40)], func() {
			h.Reset()
			var err error
			if sinkInt, err = h.Parse(b, nil); err != nil || sinkInt == 0 {
				sinkError = err
				return
			}
			_, sinkError = h.Framing(b, MethodGet)
			sinkBool = h.KeepAlive(b)
		})
	}
}

func TestChunkedAllocs(t *testing.T) {
	var c ChunkedBody
	var f FieldSection
	for _, in := range []string{
		string(corpora.Load("chunked8to16")[0]), "5;a=\"b\"\r\nhello\r\n0\r\nA: b\r\n\r\n", "x", "5\r\nhellox", "0\r\nHost: a\r\n\r\n",
	} {
		b := []byte(in)
		requireNoAllocs(t, in[:min(len(in), 40)], func() {
			c.Reset()
			f.Reset()
			at := 0
			for !c.Done() {
				data, n, err := c.Next(b[at:], nil)
				sinkBytes, sinkError = data, err
				if at += n; err != nil || at == len(b) {
					return
				}
			}
			sinkInt, sinkError = f.Parse(b[at:], nil)
		})
	}
}

// TestErrorAllocs: telling errors apart costs nothing either. Only their text is
// made when it is asked for.
func TestErrorAllocs(t *testing.T) {
	var h RequestHead
	b := []byte("GET / HTTP/1.1\n")
	requireNoAllocs(t, "errors.Is", func() {
		_, err := h.Parse(b, nil)
		e, ok := errors.AsType[*Error](err)
		sinkBool = ok && errors.Is(err, ErrBareLF) && e.Status() == 400
	})
	require.True(t, sinkBool)
}

// TestWideAllocs: a section that does not fit the tape grows a slice once.
func TestWideAllocs(t *testing.T) {
	var h RequestHead
	o := &Options{MaxFields: 1000, MaxHeadSize: 1 << 20}
	b := []byte("GET / HTTP/1.1\r\n" + strings.Repeat("A: b\r\n", 1000) + "\r\n")
	requireNoAllocs(t, "1000 field lines", func() {
		if n, err := h.Parse(b, o); n != len(b) || err != nil {
			t.Fatal(n, err)
		}
	})
}
