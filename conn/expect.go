package conn

import (
	"sync"
	"time"
)

// expectation is how far the wait for "100 (Continue)" is (RFC 9110 §10.1.1).
// ClientConn.asking guards it, but for timer.
type expectation struct {
	state expectState
	goOn  chan struct{} // gets a token when the state changes
	turn  sync.Mutex    // of whoever waits: there is one token for all
	timer *time.Timer   // guarded by turn
}

type expectState uint8

const (
	expectNothing expectState = iota
	expectAnswer              // the content is held back
	expectRefused             // and must not be sent: the final response has come
	expectClosed              // nor can it be: the connection was closed
)

// hold begins to hold the content of a request back.
func (e *expectation) hold() {
	if e.goOn == nil {
		e.goOn = make(chan struct{}, 1)
	}
	select {
	case <-e.goOn:
	default:
	}
	e.state = expectAnswer
}

// settle ends the wait.
func (e *expectation) settle(state expectState) {
	if e.state == expectAnswer {
		e.state = state
		e.goOn <- struct{}{} // there is room: hold emptied it
	}
}

// awaitContinue waits until the content may be sent: the peer asked for it, or
// did not answer in time.
func (cc *ClientConn) awaitContinue() error {
	e := &cc.expect
	state := cc.expects()
	if state == expectAnswer {
		if err := cc.Flush(); err != nil {
			return err
		}
		e.turn.Lock()
		if cc.expects() == expectAnswer {
			cc.waitContinue(e)
		}
		e.turn.Unlock()
		state = cc.expects()
	}
	switch state {
	case expectRefused:
		return ErrNotContinued
	case expectClosed:
		return cc.reason()
	}
	return nil
}

func (cc *ClientConn) expects() expectState {
	cc.asking.Lock()
	defer cc.asking.Unlock()
	return cc.expect.state
}

func (cc *ClientConn) waitContinue(e *expectation) {
	if cc.set.ExpectTimeout == 0 {
		<-e.goOn
		return
	}
	if e.timer == nil {
		e.timer = time.NewTimer(cc.set.ExpectTimeout)
	} else {
		e.timer.Reset(cc.set.ExpectTimeout)
	}
	select {
	case <-e.goOn:
		e.timer.Stop()
	case <-e.timer.C:
		cc.asking.Lock()
		if e.state == expectAnswer {
			e.state = expectNothing
		}
		cc.asking.Unlock()
	}
}
