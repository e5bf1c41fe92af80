package main

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

// Malicious peers try to have one message read as another, or to make the server
// work or remember without end. All they may get is a refusal.
var maliciousRoles = []role{
	{"smuggler", 4, 60 * time.Millisecond, (*actor).smuggle},
	{"garbage", 2, 100 * time.Millisecond, (*actor).garbage},
	{"flood of extensions", 1, 200 * time.Millisecond, (*actor).extensionFlood},
	{"flood of fields", 1, 200 * time.Millisecond, (*actor).fieldFlood},
	{"flood of trailers", 1, 200 * time.Millisecond, (*actor).trailerFlood},
	{"flood of content", 1, 300 * time.Millisecond, (*actor).contentFlood},
	{"flood of requests", 2, 300 * time.Millisecond, (*actor).requestFlood},
	{"gzip bomb", 2, 200 * time.Millisecond, (*actor).bomb},
}

// smuggling are heads and contents after which another request must not be seen.
var smuggling = []string{
	request("POST", "/echo", length(60)+chunked) + "0\r\n\r\n",
	request("POST", "/echo", chunked+length(5)) + "0\r\n\r\n",
	request("POST", "/echo", chunked+chunked) + "0\r\n\r\n",
	request("POST", "/echo", "Transfer-Encoding: xchunked\r\n"+length(60)) + "0\r\n\r\n",
	request("POST", "/echo", "Transfer-Encoding : chunked\r\n"+length(60)) + "0\r\n\r\n",
	request("POST", "/echo", "Transfer-Encoding: chunked, identity\r\n") + "0\r\n\r\n",
	request("POST", "/echo", "Transfer-Encoding: \x0bchunked\r\n"+length(60)) + "0\r\n\r\n",
	request("POST", "/echo", "X: y\rTransfer-Encoding: chunked\r\n"+length(60)) + "0\r\n\r\n",
	request("POST", "/echo", "X: y\nTransfer-Encoding: chunked\r\n"+length(60)) + "0\r\n\r\n",
	request("POST", "/echo", "X: y\r\n Transfer-Encoding: chunked\r\n"+length(60)) + "0\r\n\r\n",
	request("POST", "/echo", length(0)+length(60)),
	request("POST", "/echo", "Content-Length: +60\r\n"),
	request("POST", "/echo", "Content-Length:\r\n"),
	request("POST", "/echo", "Content-Length: 18446744073709551616\r\n"),
	request("POST", "/echo", chunked) + "5\nhello\r\n0\r\n\r\n",
	request("POST", "/echo", chunked) + "5;a\nhello\r\n0\r\n\r\n",
	request("POST", "/echo", chunked) + "5;a=\"\r\nhello\r\n0\r\n\r\n\"\r\nhello\r\n0\r\n\r\n",
	request("POST", "/echo", chunked) + "5\r\nhelloXX0\r\n\r\n",
	request("POST", "/echo", chunked) + "10000000000000000\r\n\r\n",
	request("POST", "/echo", chunked) + "-0\r\n\r\n",
	request("POST", "/echo", chunked) + "0\r\nContent-Length: 60\r\n\r\n",
	request("POST", "/echo", chunked) + "0\r\n\n",
	request("POST", "/echo", "Expect: y 100-continue\r\n"+length(60)),
	"POST /echo HTTP/1.0\r\nConnection: keep-alive\r\n" + chunked + "\r\n0\r\n\r\n",
	"GET / HTTP/1.1\r\n Host: h\r\nHost: h\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: h\r\nHost: evil\r\n\r\n",
	"GET /\r\n",
	"GET / HTTP/1.1\nHost: h\n\n",
}

func (a *actor) smuggle() error {
	w, err := a.dial()
	if err != nil {
		return err
	}
	defer w.drop()
	if a.IntN(2) == 0 { // behind a good request
		if err := w.send(request("GET", "/plaintext", "")); err != nil {
			return err
		}
		if err := a.expect(w, "GET", hello); err != nil {
			return err
		}
	}
	send := smuggling[a.IntN(len(smuggling))]
	cut := a.IntN(len(send))
	if err := w.send(send[:cut]); err != nil {
		return err
	}
	if a.IntN(4) == 0 {
		a.sleep(time.Duration(a.IntN(20)) * time.Millisecond)
	}
	if err := ignoreReset(w.send(send[cut:] + smug)); err != nil {
		return err
	}
	if err := w.refused(); err != nil {
		return fmt.Errorf("%w, after %q", err, send)
	}
	return nil
}

// garbage is octets at random, and requests with one octet changed.
func (a *actor) garbage() error {
	w, err := a.dial()
	if err != nil {
		return err
	}
	defer w.drop()
	send := a.content(1 + a.IntN(3000))
	if a.IntN(2) == 0 {
		send = []byte(request("POST", "/echo", chunked+"X-Y: z\r\n") + "5\r\nhello\r\n0\r\n\r\n")
		send[a.IntN(len(send))] = byte(a.Uint32())
	}
	if err := ignoreReset(w.send(string(send))); err != nil {
		return err
	}
	_ = w.CloseWrite()
	for {
		_, body, err := w.response("POST")
		if err != nil {
			return nil
		}
		if strings.Contains(string(body), "SMUG") {
			return fmt.Errorf("smuggled with %q", send)
		}
	}
}

// flood sends a beginning and then the same without end, until the server has
// had enough.
func (a *actor) flood(begin, again string) error {
	w, err := a.dial()
	if err != nil {
		return err
	}
	defer w.drop()
	go func() {
		again := strings.Repeat(again, 1+(16<<10)/len(again))
		for err := w.send(begin); err == nil; {
			err = w.send(again)
		}
	}()
	return w.refused()
}

func (a *actor) extensionFlood() error {
	return a.flood(request("POST", "/upload", chunked), "1;"+strings.Repeat("a", 1000)+"\r\nx\r\n")
}

func (a *actor) fieldFlood() error {
	return a.flood("GET / HTTP/1.1\r\nHost: h\r\n", "X-"+strings.Repeat("a", a.IntN(100))+": b\r\n")
}

func (a *actor) trailerFlood() error {
	return a.flood(request("POST", "/upload", chunked)+"0\r\n", "X-Y: z\r\n")
}

// contentFlood sends more than the server in this process takes.
func (a *actor) contentFlood() error {
	if !a.inside {
		return nil
	}
	return a.flood(request("POST", "/upload", chunked), "4000\r\n"+strings.Repeat("x", 0x4000)+"\r\n")
}

// requestFlood sends thousands of requests before it reads the first response.
func (a *actor) requestFlood() error {
	w, err := a.dial()
	if err != nil {
		return err
	}
	defer w.drop()
	n := 1000 + a.IntN(4000)
	sent := make(chan error, 1)
	go func() { sent <- w.send(strings.Repeat(request("GET", "/plaintext", ""), n)) }()
	a.sleep(time.Duration(a.IntN(300)) * time.Millisecond)
	for i := range n {
		if err := a.expect(w, "GET", hello); err != nil {
			return fmt.Errorf("request %d of %d: %w", i, n, err)
		}
	}
	return <-sent
}

// zeros is gzip members of 1 KiB, of which each decodes to a thousand times as
// much.
var zeros = bytes.Repeat(pack(make([]byte, 1<<20)), 64)

func (a *actor) bomb() error {
	if !a.inside {
		return nil // it may allow as much
	}
	w, err := a.dial()
	if err != nil {
		return err
	}
	defer w.drop()
	send := request("POST", "/gz", "Content-Encoding: gzip\r\n"+length(len(zeros))) + string(zeros)
	if err := ignoreReset(w.send(send)); err != nil {
		return err
	}
	return w.refused()
}
