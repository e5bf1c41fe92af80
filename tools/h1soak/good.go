package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/h1wire/h1wire/conn"
)

// Good peers do nothing wrong, so each answer must be right.
var goodRoles = []role{
	{"good keep-alive", 4, 5 * time.Millisecond, (*actor).keepAlive},
	{"good upload", 2, 10 * time.Millisecond, (*actor).upload},
	{"good pipeline", 2, 10 * time.Millisecond, func(a *actor) error { return a.pipeline("/echo", 200) }},
	{"good and patient", 4, 10 * time.Millisecond, (*actor).patient},
	{"good download", 2, 20 * time.Millisecond, (*actor).download},
	{"good Expect", 1, 20 * time.Millisecond, (*actor).expectContinue},
	{"good half-close", 1, 50 * time.Millisecond, (*actor).halfClose},
	{"good gzip", 1, 20 * time.Millisecond, (*actor).packed},
	{"good client", 4, 5 * time.Millisecond, (*actor).ownClient},
	{"good and slow", 4, 50 * time.Millisecond, (*actor).slowly},
}

// keepAlive sends a few dozen requests on one connection.
func (a *actor) keepAlive() error {
	w, err := a.dial()
	if err != nil {
		return err
	}
	defer w.drop()
	for range 1 + a.IntN(50) {
		if err := w.send(request("GET", "/plaintext", "")); err != nil {
			return err
		}
		if err := a.expect(w, "GET", hello); err != nil {
			return err
		}
	}
	if err := w.send(request("HEAD", "/big", "Connection: close\r\n")); err != nil {
		return err
	}
	return a.expect(w, "HEAD", nil)
}

// upload sends contents of all sizes, with their length and in chunks.
func (a *actor) upload() error {
	w, err := a.dial()
	if err != nil {
		return err
	}
	defer w.drop()
	for range 1 + a.IntN(10) {
		body := a.content(a.IntN(1 << a.IntN(20)))
		send := request("POST", "/echo", length(len(body))) + string(body)
		if a.IntN(2) == 0 {
			send = request("POST", "/echo", chunked) + string(a.chunks(body))
		}
		go func() { _ = w.send(send) }() // an echo may begin before the end
		if err := a.expect(w, "POST", body); err != nil {
			return err
		}
	}
	return nil
}

// patient asks for what takes its time.
func (a *actor) patient() error {
	if !a.inside {
		return nil // it may have nothing of the kind
	}
	return a.pipeline("/later", 10)
}

// pipeline sends many requests and checks the order of the answers.
func (a *actor) pipeline(target string, most int) error {
	w, err := a.dial()
	if err != nil {
		return err
	}
	defer w.drop()
	n := 1 + a.IntN(most)
	var send bytes.Buffer
	for i := range n {
		body := strconv.Itoa(i)
		if a.IntN(2) == 0 {
			send.WriteString(request("POST", target, length(len(body))) + body)
		} else {
			send.WriteString(request("POST", target, chunked) + string(a.chunks([]byte(body))))
		}
	}
	go func() { _ = w.send(send.String()) }()
	for i := range n {
		if err := a.expect(w, "POST", []byte(strconv.Itoa(i))); err != nil {
			return fmt.Errorf("request %d of %d: %w", i, n, err)
		}
	}
	return nil
}

func (a *actor) download() error {
	w, err := a.dial()
	if err != nil {
		return err
	}
	defer w.drop()
	if err := w.send(request("GET", "/big", "")); err != nil {
		return err
	}
	return a.expect(w, "GET", big)
}

// expectContinue sends its content when it has been asked to.
func (a *actor) expectContinue() error {
	w, err := a.dial()
	if err != nil {
		return err
	}
	defer w.drop()
	if err := w.send(request("POST", "/echo", "Expect: 100-continue\r\n"+length(5))); err != nil {
		return err
	}
	line, err := w.r.ReadString('\n')
	if err != nil || line != "HTTP/1.1 100 Continue\r\n" {
		return fmt.Errorf("no 100 (Continue): %q, %v", line, err)
	}
	if _, err := w.r.ReadString('\n'); err != nil {
		return err
	}
	if err := w.send("hello"); err != nil {
		return err
	}
	return a.expect(w, "POST", []byte("hello"))
}

// halfClose says that nothing follows, and waits for what it asked for.
func (a *actor) halfClose() error {
	w, err := a.dial()
	if err != nil {
		return err
	}
	defer w.drop()
	if err := w.send(request("GET", "/plaintext", "") + request("POST", "/echo", length(5)) + "hello"); err != nil {
		return err
	}
	if err := w.CloseWrite(); err != nil {
		return err
	}
	if err := a.expect(w, "GET", hello); err != nil {
		return err
	}
	if err := a.expect(w, "POST", []byte("hello")); err != nil {
		return err
	}
	if _, err := w.r.ReadByte(); err != io.EOF {
		return fmt.Errorf("after a half-close: %v, wanted the end", err)
	}
	return nil
}

// packed sends content that the server decodes.
func (a *actor) packed() error {
	w, err := a.dial()
	if err != nil {
		return err
	}
	defer w.drop()
	body := bytes.Repeat([]byte("to be packed "), 1+a.IntN(20000))
	z := pack(body)
	if err := w.send(request("POST", "/gz", "Content-Encoding: gzip\r\n"+length(len(z))) + string(z)); err != nil {
		return err
	}
	return a.expect(w, "POST", []byte(strconv.Itoa(len(body))))
}

func pack(b []byte) []byte {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = w.Write(b)
	_ = w.Close()
	return z.Bytes()
}

// ownClient is this module's client, and its pool.
func (a *actor) ownClient() error {
	r, err := conn.NewRequest("POST", "http://"+a.addr+"/echo")
	if err != nil {
		return err
	}
	body := a.content(a.IntN(1 << a.IntN(18)))
	if r.Content = body; a.IntN(2) == 0 {
		r.Content, r.Body, r.Length = nil, bytes.NewReader(body), -1
	}
	resp, err := a.client.Do(a.ctx, r)
	if err != nil {
		return err
	}
	defer resp.Close()
	if a.IntN(8) == 0 {
		return nil // given up: the connection must not go to another
	}
	got, err := io.ReadAll(resp)
	switch {
	case err != nil:
		return err
	case resp.Status != 200 || !bytes.Equal(got, body):
		return fmt.Errorf("status %d, %d octets, wanted %d others", resp.Status, len(got), len(body))
	}
	a.answers.Add(1)
	return nil
}

// slowly sends a request in small pieces, but in time.
func (a *actor) slowly() error {
	w, err := a.dial()
	if err != nil {
		return err
	}
	defer w.drop()
	send := request("POST", "/echo", chunked) + string(a.chunks([]byte("hello")))
	for len(send) > 0 {
		n := min(len(send), 1+a.IntN(20))
		if err := w.send(send[:n]); err != nil {
			return err
		}
		send = send[n:]
		a.sleep(time.Duration(a.IntN(20)) * time.Millisecond)
		if a.ctx.Err() != nil {
			return a.ctx.Err()
		}
	}
	return a.expect(w, "POST", []byte("hello"))
}
