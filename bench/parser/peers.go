package main

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/http/httputil"

	hertz "github.com/cloudwego/hertz/pkg/protocol"
	hertzrequest "github.com/cloudwego/hertz/pkg/protocol/http1/req"
	hertzresponse "github.com/cloudwego/hertz/pkg/protocol/http1/resp"
	"github.com/valyala/fasthttp"

	"github.com/h1wire/h1wire/bench/parser/runner"
)

// The Go peers read from memory, each through the reader that its server uses.
// What can be used again for the next message is.

func nethttp() map[string]runner.Parse {
	in := bytes.NewReader(nil)
	buffered := bufio.NewReaderSize(in, 16<<10)
	discard := make([]byte, 32<<10)
	return map[string]runner.Parse{
		"request": func(m []byte) error {
			in.Reset(m)
			buffered.Reset(in)
			_, err := http.ReadRequest(buffered)
			return err
		},
		"response": func(m []byte) error {
			in.Reset(m)
			buffered.Reset(in)
			_, err := http.ReadResponse(buffered, nil)
			return err
		},
		"chunked": func(m []byte) error {
			in.Reset(m)
			buffered.Reset(in)
			for body := httputil.NewChunkedReader(buffered); ; {
				if _, err := body.Read(discard); err == io.EOF {
					return nil
				} else if err != nil {
					return err
				}
			}
		},
	}
}

func fasthttpPeer() map[string]runner.Parse {
	in := bytes.NewReader(nil)
	buffered := bufio.NewReaderSize(in, 16<<10)
	var request fasthttp.RequestHeader
	var response fasthttp.ResponseHeader
	return map[string]runner.Parse{
		"request": func(m []byte) error {
			in.Reset(m)
			buffered.Reset(in)
			return request.Read(buffered)
		},
		"response": func(m []byte) error {
			in.Reset(m)
			buffered.Reset(in)
			return response.Read(buffered)
		},
	}
}

func hertzPeer() map[string]runner.Parse {
	var in octets
	var request hertz.RequestHeader
	var response hertz.ResponseHeader
	return map[string]runner.Parse{
		"request": func(m []byte) error {
			in.rest = m
			return hertzrequest.ReadHeader(&request, &in)
		},
		"response": func(m []byte) error {
			in.rest = m
			return hertzresponse.ReadHeader(&response, &in)
		},
	}
}

// octets is a hertz network.Reader over memory. It copies nothing, so hertz is
// not charged for a buffer.
type octets struct{ rest []byte }

func (o *octets) Peek(n int) ([]byte, error) {
	if n > len(o.rest) {
		return o.rest, io.EOF
	}
	return o.rest[:n], nil
}

func (o *octets) Skip(n int) error {
	if n > len(o.rest) {
		return io.EOF
	}
	o.rest = o.rest[n:]
	return nil
}

func (o *octets) ReadByte() (byte, error) {
	p, err := o.ReadBinary(1)
	if err != nil {
		return 0, err
	}
	return p[0], nil
}

func (o *octets) ReadBinary(n int) ([]byte, error) {
	p, err := o.Peek(n)
	if err == nil {
		err = o.Skip(n)
	}
	return p, err
}

func (o *octets) Release() error { return nil }
func (o *octets) Len() int       { return len(o.rest) }
