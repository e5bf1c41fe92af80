package parser_test

import (
	"fmt"
	"io"
	"strings"
	"testing/iotest"

	"github.com/h1wire/h1wire/parser"
)

// requests reads requests from a connection. b is what has come and is not used up.
type requests struct {
	from    io.Reader
	b       []byte
	head    parser.RequestHead
	chunked parser.ChunkedBody
	trailer parser.FieldSection
}

// more waits for more octets behind b. A head in b may move: spans stay good, slices
// of b do not.
func (r *requests) more() error {
	if len(r.b) == cap(r.b) {
		r.b = append(make([]byte, 0, 4096+2*len(r.b)), r.b...)
	}
	n, err := r.from.Read(r.b[len(r.b):cap(r.b)])
	r.b = r.b[:len(r.b)+n]
	if n > 0 {
		return nil
	}
	return err
}

// next reads a request and writes what it was to w. What is wrong with one is a
// *parser.Error, which knows the status to answer with; nothing can be read behind it.
func (r *requests) next(w io.Writer) error {
	n, err := r.head.Parse(r.b, nil)
	for ; n == 0 && err == nil; n, err = r.head.Parse(r.b, nil) {
		if err := r.more(); err != nil {
			return err // io.EOF with nothing in b: the peer is done
		}
	}
	if err != nil {
		return err
	}
	head := r.b[:n]
	framing, err := r.head.Framing(head)
	if err != nil {
		return err
	}
	host, err := r.head.Authority(head)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s %s at %s [", r.head.MethodName.Bytes(head), r.head.Target.Bytes(head), host)
	defer fmt.Fprintln(w, "]")

	r.b = r.b[n:]
	switch framing.Kind {
	case parser.FixedLength:
		return r.fixed(w, framing.Length)
	case parser.Chunked:
		return r.chunks(w)
	}
	return nil // no content
}

func (r *requests) fixed(w io.Writer, left uint64) error {
	for left > 0 {
		if len(r.b) == 0 {
			if err := r.more(); err != nil {
				return io.ErrUnexpectedEOF
			}
		}
		n := min(uint64(len(r.b)), left)
		_, _ = w.Write(r.b[:n])
		r.b, left = r.b[n:], left-n
	}
	return nil
}

func (r *requests) chunks(w io.Writer) error {
	r.chunked.Reset()
	for {
		data, n, err := r.chunked.Next(r.b, nil)
		if err != nil {
			return err
		}
		_, _ = w.Write(data)
		r.b = r.b[n:]
		if r.chunked.Done() {
			break
		}
		if len(r.b) == 0 {
			if err := r.more(); err != nil {
				return io.ErrUnexpectedEOF
			}
		}
	}
	n, err := r.trailer.Parse(r.b, nil)
	for ; n == 0 && err == nil; n, err = r.trailer.Parse(r.b, nil) {
		if err := r.more(); err != nil {
			return io.ErrUnexpectedEOF
		}
	}
	if err != nil {
		return err
	}
	for name, value := range r.trailer.All(r.b) {
		fmt.Fprintf(w, ", %s: %s", name, value)
	}
	r.b = r.b[n:]
	return nil
}

// A loop of one's own over a connection: pipelined requests, in whatever pieces they
// come.
func Example_loop() {
	octets := "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n" +
		"PUT /x HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\n\r\nhello" +
		"POST http://b.example/ HTTP/1.1\r\nHost: ignored\r\nTransfer-Encoding: chunked\r\n\r\n" +
		"5\r\nhello\r\n5\r\nworld\r\n0\r\nSum: 42\r\n\r\n" +
		"GET  / HTTP/1.1\r\n\r\n"
	r := requests{from: iotest.OneByteReader(strings.NewReader(octets))}
	var out strings.Builder
	for {
		if err := r.next(&out); err != nil {
			fmt.Fprintln(&out, err)
			break
		}
	}
	fmt.Print(out.String())
	// Output:
	// GET / at a.example []
	// PUT /x at a.example [hello]
	// POST http://b.example/ at b.example [helloworld, Sum: 42]
	// RFC 9112 §3.2: octet not allowed in the request target, at octet 4
}
