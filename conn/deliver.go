package conn

import (
	"time"

	"github.com/h1wire/h1wire/parser"
)

// rateWindow is the time over which MinBodyRate is measured. What a Server demands
// by itself must not hurt a client on a bad line, so its window is long.
const (
	rateWindow       = 5 * time.Second
	serverRateWindow = time.Minute
	serverBodyRate   = 16
)

// deliver hands the delegate all content that the window holds, and the trailer
// section. in.done says whether the message is complete; if not, more octets are
// needed, unless stop said that no more content is wanted.
func (in *inbound) deliver(d MessageDelegate, stop func() bool) error {
	for !in.done {
		if in.kind == parser.Chunked && !in.coded && !in.trailer && in.len() > 0 {
			if stopped, err := in.deliverChunks(d, stop); stopped || err != nil {
				return err
			}
			continue
		}
		data, err := in.next()
		if err != nil {
			return err
		}
		if len(data) == 0 {
			break
		}
		if err := d.DataReceived(data); err != nil {
			return &callbackError{err}
		}
		if stop != nil && stop() {
			return nil
		}
	}
	if in.done {
		return in.deliverTrailers(d)
	}
	return nil
}

// piecesAtOnce is how many pieces of chunked content are looked for at once.
const piecesAtOnce = 32

// deliverChunks is deliver for the data of many chunks.
func (in *inbound) deliverChunks(d MessageDelegate, stop func() bool) (stopped bool, err error) {
	var pieces [piecesAtOnce]parser.Span
	b := in.bytes()
	n, broken := in.chunks(pieces[:])
	for i, p := range pieces[:n] {
		data := p.Bytes(b)
		if err := in.count(len(data), i == n-1); err != nil {
			return false, err
		}
		for len(data) > 0 {
			part := data
			if len(part) > in.piece {
				part = data[:in.piece:in.piece]
			}
			data = data[len(part):]
			if err := d.DataReceived(part); err != nil {
				return false, &callbackError{err}
			}
			if stop != nil && stop() {
				return true, nil
			}
		}
	}
	return false, broken
}

// deliverTrailers hands over the trailer section, if there is one and the
// delegate wants it.
func (in *inbound) deliverTrailers(d MessageDelegate) error {
	if !in.fields {
		return nil
	}
	in.fields = false
	if t, ok := d.(TrailerDelegate); ok {
		if err := t.TrailersReceived(&in.rd.fields); err != nil {
			return &callbackError{err}
		}
	}
	in.rd.fields.clear()
	return nil
}

// callbackError is an error that a delegate returned, to tell it from one of the
// peer's.
type callbackError struct{ err error }

func (e *callbackError) Error() string { return "conn: delegate: " + e.err.Error() }
func (e *callbackError) Unwrap() error { return e.err }

// wait returns how long the peer may be silent now, 0 for ever. Only waiting
// counts: what is spent in callbacks is not the peer's fault.
func (in *inbound) wait(now int64, p *Params) time.Duration {
	in.since = now
	d := time.Duration(in.patience.Load())
	if p.MinBodyRate > 0 {
		earned := time.Duration(in.size-in.counted) * time.Second / time.Duration(p.MinBodyRate)
		in.counted = in.size
		in.credit = min(in.credit+earned, p.rateWindow)
		if d == 0 || in.credit < d {
			d = in.credit
		}
	}
	return d
}

// waited ends the wait that wait began.
func (in *inbound) waited(now int64) {
	d := time.Duration(now - in.since)
	if left := in.patience.Load(); left > 0 { // a change in between stays in force
		in.patience.CompareAndSwap(left, max(left-int64(d), 1))
	}
	in.credit = max(in.credit-d, 1)
}
