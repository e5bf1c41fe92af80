package conn_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/h1wire/h1wire/conn"
)

// Octets at random are rarely near a message. These are pipelined messages with
// one or two fragments of others taken out, put in or put twice.
func TestConnectionsOfRandomFragments(t *testing.T) {
	random := rand.New(rand.NewPCG(2026, 11))
	rounds := 4000
	if conn.RaceEnabled {
		rounds = 400
	}
	for range rounds {
		f := fragments{random, nil}
		for range 1 + random.IntN(4) {
			f.message()
		}
		for range random.IntN(3) {
			f.mutate()
		}
		sent, seed := strings.Join(f.all, ""), random.Uint64()
		if !t.Run("", func(t *testing.T) { checkConnection(t, []byte(sent), seed) }) {
			t.Fatalf("sent: %q", sent)
		}
	}
}

func TestResponsesOfRandomFragments(t *testing.T) {
	random := rand.New(rand.NewPCG(2026, 11))
	rounds := 4000
	if conn.RaceEnabled {
		rounds = 400
	}
	for range rounds {
		f := fragments{random, nil}
		for range 1 + random.IntN(4) {
			f.response()
		}
		for range random.IntN(3) {
			f.mutate()
		}
		sent, seed, head := strings.Join(f.all, ""), random.Uint64(), random.IntN(8) == 0
		if !t.Run("", func(t *testing.T) { checkResponseStream(t, []byte(sent), seed, head) }) {
			t.Fatalf("sent: %q", sent)
		}
	}
}

// fragments are pieces of messages.
type fragments struct {
	*rand.Rand
	all []string
}

func (f *fragments) add(s ...string) { f.all = append(f.all, s...) }

func (f *fragments) pick(s ...string) string { return s[f.IntN(len(s))] }

// message adds one that is all right, or nearly.
func (f *fragments) message() {
	f.add(f.pick("GET", "POST", "HEAD", "PUT", "FOO"), " ", f.pick("/", "/", "/a?b", "http://h/x"), " ", f.pick("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/1.7"), "\r\n")
	f.add("Host", ":", " ", "h", "\r\n")
	for range f.IntN(3) {
		f.add(f.pick("A", "Connection", "TE", "Trailer", "X-Y", "Content-Type"), ":", f.pick(" ", "", "\t "), f.pick("b", "keep-alive", "trailers", "A, B", "é\tx", ""), "\r\n")
	}
	if f.IntN(8) == 0 {
		f.add(f.pick("Expect", "Expect", "Connection"), ":", " ", f.pick("100-continue", "close", "100-continue, x"), "\r\n")
	}
	f.content()
}

// response is message for a client.
func (f *fragments) response() {
	f.add(f.pick("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/1.7"), " ", f.pick("200", "200", "200", "404", "299", "103", "204", "304"), f.pick(" ", " OK", " OK", ""), "\r\n")
	for range f.IntN(3) {
		f.add(f.pick("A", "Connection", "Trailer", "X-Y", "Content-Type"), ":", f.pick(" ", "", "\t "), f.pick("b", "keep-alive", "close", "A, B", "é\tx", ""), "\r\n")
	}
	f.content()
}

// content adds the framing fields, the end of the head, and content.
func (f *fragments) content() {
	switch f.IntN(4) {
	case 0:
		f.add("\r\n")
	case 1, 2:
		f.add(f.pick("Content-Length", "content-length"), ":", " ", f.pick("5", "5", "05", "5, 5"), "\r\n", "\r\n", f.pick("hello", "\r\n0\r\n", "GET /"))
	default:
		f.add("Transfer-Encoding", ":", " ", f.pick("chunked", "chunked", "Chunked"), "\r\n", "\r\n")
		for range f.IntN(4) {
			f.add(f.pick("5", "005", "5"), f.pick("", "", ";a=b", " ; a=\"b;c\"", ";a"), "\r\n", "hello", "\r\n")
		}
		f.add("0", "\r\n")
		if f.IntN(3) == 0 {
			f.add("A", ":", " ", "b", "\r\n")
		}
		f.add("\r\n")
	}
}

// mutate changes one fragment.
func (f *fragments) mutate() {
	if len(f.all) == 0 {
		return
	}
	i := f.IntN(len(f.all))
	odd := f.pick("\r\n", "\n", "\r", " ", "\t", ":", ";", ",", "\"", "\\", "\x00", "\x0b", "\x7f", "\xff", "0", "5", "g", "#", "%", "@", "/", "*", "é",
		"Host: h\r\n", "Content-Length: 5\r\n", "Content-Length: 0\r\n", "Content-Length:\r\n", "Content-Length", "Transfer-Encoding: chunked\r\n", "Transfer-Encoding", "chunked", "gzip, chunked", "Connection: close\r\n",
		"Expect: x\r\n", "CONNECT", "OPTIONS", "h:80", "HTTP/2.0", "HTTP/1.0", "HTTP/1.1 ", "200", "101", "100", "2OO", "0x5", "5 ", "-5", "99999999999999999999", "ffffffffffffffff", next, "0\r\n\r\n")
	switch f.IntN(4) {
	case 0:
		f.all = slices.Delete(f.all, i, i+1)
	case 1:
		f.all[i] = odd
	case 2:
		f.all = slices.Insert(f.all, i, f.all[i])
	default:
		f.all = slices.Insert(f.all, i, odd)
	}
}
