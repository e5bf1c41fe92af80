package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// patience is how long a peer waits for anything, more than any limit of the
// server in this process.
const patience = 30 * time.Second

// wire is a connection of a peer.
type wire struct {
	*net.TCPConn
	r *bufio.Reader
}

func (a *actor) dial() (*wire, error) {
	nc, err := net.DialTimeout("tcp", a.addr, patience)
	if err != nil {
		return nil, err
	}
	_ = nc.SetDeadline(time.Now().Add(patience))
	return &wire{nc.(*net.TCPConn), bufio.NewReader(nc)}, nil
}

// send writes in one piece.
func (w *wire) send(s string) error {
	_, err := io.WriteString(w, s)
	return err
}

// drop resets the connection, which leaves no port waiting.
func (w *wire) drop() {
	_ = w.SetLinger(0)
	_ = w.Close()
}

// response reads a final response to a request with that method.
func (w *wire) response(method string) (status int, body []byte, err error) {
	for {
		resp, err := http.ReadResponse(w.r, &http.Request{Method: method})
		if err != nil {
			return 0, nil, err
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode >= 200 {
			return resp.StatusCode, body, err
		}
	}
}

// expect reads a response that must be 200 with that content.
func (a *actor) expect(w *wire, method string, want []byte) error {
	status, body, err := w.response(method)
	switch {
	case err != nil:
		return err
	case status != 200:
		return fmt.Errorf("status %d for a good request", status)
	case !bytes.Equal(body, want):
		return fmt.Errorf("%d octets of content, wanted %d others: %.40q", len(body), len(want), body)
	}
	a.answers.Add(1)
	return nil
}

// refused reads on to the end of the connection: there may be no 200 before it,
// and of what was smuggled nothing. A reset is an end too.
func (w *wire) refused() error {
	for {
		status, body, err := w.response("POST")
		var late net.Error
		switch {
		case errors.As(err, &late) && late.Timeout():
			return errors.New("the connection stays open")
		case err != nil:
			return nil
		case status < 400:
			return fmt.Errorf("status %d for what had to be refused: %.40q", status, body)
		}
	}
}

// content is random.
func (a *actor) content(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(a.Uint32())
	}
	return b
}

// chunks is b in the chunked coding, in chunks of random sizes.
func (a *actor) chunks(b []byte) []byte {
	var w bytes.Buffer
	for len(b) > 0 {
		n := 1 + a.IntN(len(b))
		extension := [...]string{"", "", ";a", ";a=b", " ; a = \"b;c\""}[a.IntN(5)]
		fmt.Fprintf(&w, "%x%s\r\n%s\r\n", n, extension, b[:n])
		b = b[n:]
	}
	w.WriteString("0\r\n")
	if a.IntN(3) == 0 {
		w.WriteString("Checked: no\r\n")
	}
	w.WriteString("\r\n")
	return w.Bytes()
}

const (
	chunked = "Transfer-Encoding: chunked\r\n"
	smug    = "POST /smug HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nSMUG"
)

// request is a head; fields are lines.
func request(method, target, fields string) string {
	return method + " " + target + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n"
}

func length(n int) string { return fmt.Sprintf("Content-Length: %d\r\n", n) }
