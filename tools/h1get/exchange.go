package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/h1wire/h1wire/conn"
)

// exchange is one request and its response.
type exchange struct {
	*config
	client *conn.Client
	url    string
	stdin  io.Reader
	out    io.Writer
	stderr io.Writer
}

func (e *exchange) run(ctx context.Context) error {
	if e.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, e.timeout)
		defer cancel()
	}
	request, err := e.request()
	if err != nil {
		return err
	}
	resp, err := e.client.Do(ctx, request)
	if err != nil {
		return err
	}
	defer resp.Close()
	e.showHead(&resp.StartLine, &resp.Fields)
	if e.fail && resp.Status >= 400 {
		return statusError(resp.Status)
	}
	meter := newMeter(e, resp.Length)
	_, err = resp.WriteTo(meter)
	meter.end()
	if err != nil {
		return err
	}
	if trailer := resp.Trailer(); trailer != nil && e.verbose {
		for n, v := range trailer.All() {
			fmt.Fprintf(e.stderr, "< %s: %s\n", n, v)
		}
	}
	return nil
}

// request makes the request that the flags ask for.
func (e *exchange) request() (*conn.Request, error) {
	method := e.method
	if method == "" {
		switch {
		case e.posts:
			method = "POST"
		case e.upload != "":
			method = "PUT"
		default:
			method = "GET"
		}
	}
	r, err := conn.NewRequest(method, e.url)
	if err != nil {
		return nil, err
	}
	r.Header = new(conn.Header)
	for _, line := range e.lines {
		name, value, _ := strings.Cut(line, ":")
		r.Header.Add(name, value)
	}
	e.setDefault(r.Header, "User-Agent", "h1get")
	e.setDefault(r.Header, "Accept", "*/*")
	if err := e.setContent(r); err != nil {
		return nil, err
	}
	r.Informational = func(start *conn.StartLine, fields *conn.Fields) error {
		e.showHead(start, fields)
		return nil
	}
	if e.verbose {
		r.Trace = &conn.Trace{WroteHeaders: func(head []byte) { e.show('>', head) }}
	}
	return r, nil
}

func (e *exchange) setDefault(h *conn.Header, name, value string) {
	if _, ok := h.Lookup(name); !ok {
		h.Add(name, value)
	}
}

func (e *exchange) setContent(r *conn.Request) (err error) {
	switch {
	case e.data == "@-":
		r.Content, err = io.ReadAll(e.stdin)
	case strings.HasPrefix(e.data, "@"):
		r.Content, err = os.ReadFile(e.data[1:])
	case e.posts:
		r.Content = []byte(e.data)
	case e.upload == "-":
		r.Body, r.Length = e.stdin, -1
	case e.upload != "":
		return e.setFile(r)
	}
	if e.posts {
		e.setDefault(r.Header, "Content-Type", "application/x-www-form-urlencoded")
	}
	return err
}

// setFile streams a file, with its length, from a new reader for each attempt.
func (e *exchange) setFile(r *conn.Request) error {
	open := func() (io.Reader, error) { return os.Open(e.upload) }
	info, err := os.Stat(e.upload)
	if err != nil {
		return err
	}
	r.Length = -1
	if info.Mode().IsRegular() {
		r.Length = info.Size()
	}
	r.Body, err = open()
	r.GetBody = open
	return err
}

// showHead shows the head of a response.
func (e *exchange) showHead(start *conn.StartLine, fields *conn.Fields) {
	if !e.verbose {
		return
	}
	fmt.Fprintf(e.stderr, "< %s %d %s\n", start.Version, start.Status, start.Reason)
	for n, v := range fields.All() {
		fmt.Fprintf(e.stderr, "< %s: %s\n", n, v)
	}
	fmt.Fprintln(e.stderr, "<")
}

// show shows a head as it is on the wire.
func (e *exchange) show(mark byte, head []byte) {
	for line := range bytes.SplitSeq(bytes.TrimSuffix(head, []byte("\r\n")), []byte("\r\n")) {
		fmt.Fprintf(e.stderr, "%s\n", bytes.TrimRight([]byte(fmt.Sprintf("%c %s", mark, line)), " "))
	}
}
