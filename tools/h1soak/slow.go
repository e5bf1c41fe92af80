package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// Slow peers hold on to a connection for as long as they can. The server has to
// end it, with 408 or without a word; one that is not ours may have more patience
// than we do.
var slowRoles = []role{
	{"slow head", 6, 100 * time.Millisecond, (*actor).slowHead},
	{"slow content", 4, 100 * time.Millisecond, (*actor).slowContent},
	{"silent", 6, 100 * time.Millisecond, (*actor).silent},
	{"slow reader", 4, 100 * time.Millisecond, (*actor).slowReader},
}

// Broken peers leave in the middle of something.
var brokenRoles = []role{
	{"reset while sending", 2, 100 * time.Millisecond, (*actor).resetSending},
	{"end while sending", 2, 100 * time.Millisecond, (*actor).endSending},
	{"aborted download", 3, 100 * time.Millisecond, (*actor).abortDownload},
	{"left waiting", 3, 50 * time.Millisecond, (*actor).leaveWaiting},
	{"connect and leave", 2, 100 * time.Millisecond, (*actor).leave},
}

// held waits for the end of a connection that the server may not wait on for
// ever. drip, if there is one, goes on meanwhile.
func (a *actor) held(w *wire, drip func() error) error {
	ended := make(chan error, 1)
	go func() { ended <- w.refused() }()
	for {
		select {
		case err := <-ended:
			if !a.inside {
				return nil // it may have more patience than we have
			}
			return err
		case <-a.ctx.Done():
			w.drop()
			<-ended
			return nil
		case <-time.After(50 * time.Millisecond):
		}
		if drip != nil && drip() != nil {
			drip = nil // the server has had enough
		}
	}
}

// slowHead is the slowloris: a head that never ends.
func (a *actor) slowHead() error {
	w, err := a.dial()
	if err != nil {
		return err
	}
	defer w.drop()
	head := request("GET", "/plaintext", strings.Repeat("X-Slow: loris\r\n", 100))
	n := 0
	return a.held(w, func() error {
		n++
		return w.send(head[n-1 : n])
	})
}

// slowContent never comes to the end of its content.
func (a *actor) slowContent() error {
	w, err := a.dial()
	if err != nil {
		return err
	}
	defer w.drop()
	fields, drip := length(1<<20), "x"
	if a.IntN(2) == 0 {
		fields, drip = chunked, "1\r\nx\r\n"
	}
	if err := w.send(request("POST", "/upload", fields)); err != nil {
		return err
	}
	return a.held(w, func() error { return w.send(drip) })
}

// silent says nothing, or nothing more.
func (a *actor) silent() error {
	w, err := a.dial()
	if err != nil {
		return err
	}
	defer w.drop()
	if a.IntN(2) == 0 {
		if err := w.send(request("GET", "/plaintext", "")); err != nil {
			return err
		}
		if err := a.expect(w, "GET", hello); err != nil {
			return err
		}
	}
	return a.held(w, nil)
}

// slowReader asks for much and does not read it. Nothing is wrong with what it
// gets, as far as it goes.
func (a *actor) slowReader() error {
	w, err := a.dial()
	if err != nil {
		return err
	}
	defer w.drop()
	_ = w.SetReadBuffer(4 << 10)
	if err := w.send(strings.Repeat(request("GET", "/big", ""), 1+a.IntN(30))); err != nil {
		return err
	}
	a.sleep(time.Duration(a.Int64N(int64(8 * time.Second))))
	_, err = io.CopyN(io.Discard, w.r, int64(a.IntN(100<<10))) // which was sent before the server lost patience
	return err
}

// resetSending breaks a request off, anywhere.
func (a *actor) resetSending() error {
	w, err := a.dial()
	if err != nil {
		return err
	}
	defer w.drop()
	send := request("POST", "/echo", chunked) + string(a.chunks(a.content(5000)))
	return ignoreReset(w.send(send[:a.IntN(len(send))]))
}

// endSending breaks it off politely: an incomplete request is no request.
func (a *actor) endSending() error {
	w, err := a.dial()
	if err != nil {
		return err
	}
	defer w.drop()
	send := request("POST", "/echo", length(5000)) + string(a.content(5000))
	if err := w.send(send[:a.IntN(len(send)-1)]); err != nil {
		return err
	}
	if err := w.CloseWrite(); err != nil {
		return err
	}
	return w.refused()
}

// abortDownload leaves in the middle of what it asked for.
func (a *actor) abortDownload() error {
	w, err := a.dial()
	if err != nil {
		return err
	}
	defer w.drop()
	if err := w.send(strings.Repeat(request("GET", "/big", ""), 1+a.IntN(5))); err != nil {
		return err
	}
	got := make([]byte, a.IntN(600<<10))
	if _, err := io.ReadFull(w.r, got); err != nil {
		return fmt.Errorf("a download that was not aborted yet: %w", err)
	}
	return nil
}

// leaveWaiting leaves while its request is worked on, which must end that, and
// sometimes while it is answered.
func (a *actor) leaveWaiting() error {
	w, err := a.dial()
	if err != nil {
		return err
	}
	target := [...]string{"/never", "/later"}[a.IntN(2)]
	if err := w.send(strings.Repeat(request("GET", target, ""), 1+a.IntN(3))); err != nil {
		w.drop()
		return err
	}
	a.sleep(time.Duration(a.IntN(30)) * time.Millisecond)
	if a.IntN(2) == 0 {
		w.drop()
		return nil
	}
	return w.Close()
}

func (a *actor) leave() error {
	w, err := a.dial()
	if err != nil {
		return err
	}
	if a.IntN(2) == 0 {
		w.drop()
		return nil
	}
	return w.Close()
}

// ignoreReset: a server may give up on a bad peer while it still sends.
func ignoreReset(err error) error {
	var timeout interface{ Timeout() bool }
	if errors.As(err, &timeout) && timeout.Timeout() {
		return err
	}
	return nil
}
