package conn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"

	"github.com/h1wire/h1wire/parser"
)

// RetryPolicy says when a [Client] sends a request again, on another connection,
// by itself. It never does so when the error is the caller's (its context, its
// body), when octets of a response have arrived, or when the connection was not
// one that had been kept alive: only such a one fails without the peer having
// done anything wrong, by being closed while it was idle (RFC 9112 §9.3.1). It
// goes over a new connection then, unless MaxConnsPerHost are open, and not again.
//
// A request with an expectation that is answered by 417 (Expectation Failed) is sent
// again, too, without it (RFC 9110 §10.1.1), if its content was not touched or can be
// had again; but not with RetryNever.
type RetryPolicy uint8

const (
	// RetryUnsent, the default, sends a request again of which not one octet
	// was sent, so that it cannot have been processed.
	RetryUnsent RetryPolicy = iota

	// RetryIdempotent sends also those again of which octets were sent, if
	// the method is idempotent (RFC 9110 §9.2.2) and the content can be had again:
	// the server may have processed the request, to the same effect.
	RetryIdempotent

	// RetryNever leaves it to the caller.
	RetryNever
)

// RequestError is why a request has no response. It says how much of the request
// was sent: with Sent at 0 the server cannot have seen it, and any request can
// safely be sent again.
type RequestError struct {
	Method string
	Addr   string
	Sent   int64 // octets of the request that were sent
	Reused bool  // the connection had carried another request before

	// FromBody: Err is what reading Request.Body failed with, and no fault of the
	// peer's. To a gateway it is the fault of whoever it asks for.
	FromBody bool
	Err      error // the last attempt's
}

func (e *RequestError) Error() string {
	if e.FromBody {
		return fmt.Sprintf("conn: %s to %s: reading the body to send: %v (%d octets of the request were sent)", e.Method, e.Addr, e.Err, e.Sent)
	}
	return fmt.Sprintf("conn: %s to %s: %v (%d octets of it were sent)", e.Method, e.Addr, e.Err, e.Sent)
}

func (e *RequestError) Unwrap() error { return e.Err }

// Timeout implements [net.Error].
func (e *RequestError) Timeout() bool {
	var t interface{ Timeout() bool }
	return errors.As(e.Err, &t) && t.Timeout()
}

// Temporary implements [net.Error].
func (e *RequestError) Temporary() bool { return false }

// again reports whether an attempt that ended with err is to be followed by
// another.
func (p RetryPolicy) again(ctx context.Context, r *Request, a *attempt, err error) bool {
	if p == RetryNever || a.retry || !a.reused || a.answered || ctx.Err() != nil || !lost(err) || a.body.failed(err) {
		return false
	}
	if a.sent > 0 && (p != RetryIdempotent || !r.Idempotent && !parser.MethodOf(octets(r.method())).Idempotent()) {
		return false
	}
	return a.repeats()
}

// repeats reports whether the content can be sent again.
func (a *attempt) repeats() bool { return !a.touched || a.r.Content != nil || a.r.GetBody != nil }

// unmet reports whether a request is to be sent again without its expectation.
func (p RetryPolicy) unmet(r *Request, a *attempt, resp *Response) bool {
	return p != RetryNever && resp.Status == 417 && r.Header.has(parser.FieldExpect) && a.repeats()
}

// lost reports whether err is that of a connection that went away.
func lost(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
