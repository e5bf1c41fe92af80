package conn

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/h1wire/h1wire/parser"
)

// What an exchange can end with, for [errors.Is]. A body that stops before its
// end is [io.ErrUnexpectedEOF]; anything on a connection that has been closed on
// our side is [net.ErrClosed]. The four timeouts are [os.ErrDeadlineExceeded] too,
// and implement [net.Error].
var (
	ErrHeaderTimeout error = &timeoutError{"head did not end in time"}
	ErrBodyTimeout   error = &timeoutError{"body did not end in time"}
	ErrIdleTimeout   error = &timeoutError{"no request came in time"}
	ErrWriteTimeout  error = &timeoutError{"write made no progress in time"}

	// ErrHeaderTooLarge and ErrBodyTooLarge come wrapped in an [*InputError].
	ErrHeaderTooLarge = errors.New("conn: head exceeds its limit")
	ErrBodyTooLarge   = errors.New("conn: body exceeds its limit")

	// ErrTooManyBytes and ErrTooFewBytes say that what was written is not what
	// Content-Length promised. The excess is never sent; the connection closes.
	ErrTooManyBytes = errors.New("conn: more octets written than Content-Length says")
	ErrTooFewBytes  = errors.New("conn: fewer octets written than Content-Length says")

	// ErrBodyNotAllowed refuses data where a message has no content: in a
	// response with status 1xx, 204, 205 or 304 (RFC 9110 §6.4.1), and in a
	// request whose head announced none.
	ErrBodyNotAllowed = errors.New("conn: this message has no content")

	// ErrFinished refuses a handle whose exchange is over, ErrDetached a
	// connection that was handed over by Detach.
	ErrFinished = errors.New("conn: the exchange is finished")
	ErrDetached = errors.New("conn: the connection is detached")

	errClosed = fmt.Errorf("conn: connection closed: %w", net.ErrClosed)

	errNilConn     = errors.New("conn: the net.Conn is nil")
	errNilDelegate = errors.New("conn: the delegate is nil")
)

// timeoutError is a timeout that is also os.ErrDeadlineExceeded.
type timeoutError struct{ what string }

func (e *timeoutError) Error() string        { return "conn: timeout: " + e.what }
func (e *timeoutError) Timeout() bool        { return true }
func (e *timeoutError) Temporary() bool      { return true }
func (e *timeoutError) Is(target error) bool { return target == os.ErrDeadlineExceeded }

// InputError says that the peer broke HTTP: which rule, where, and what a
// server answers. It holds no part of the message and may be kept.
type InputError struct {
	Rule    string // how it was broken
	Section string // of the RFC that says so, such as "RFC 9112 §5.1"
	Offset  int64  // of the first octet at fault, from the start of the head, body or trailer section
	Status  int    // the status code to answer with
	Err     error  // a [parser.ErrorCode], or one of this package's errors; what Unwrap returns
}

func (e *InputError) Error() string {
	return fmt.Sprintf("conn: peer broke %s at octet %d: %s", e.Section, e.Offset, e.Rule)
}

func (e *InputError) Unwrap() error { return e.Err }

// Is makes every refusal for a head's size ErrHeaderTooLarge, whichever of the
// parser's limits it met.
func (e *InputError) Is(target error) bool {
	return target == ErrHeaderTooLarge && (e.Status == 431 || e.Status == 414)
}

// OutputError says that the application would have broken HTTP. What it was
// about to send has not been sent.
type OutputError struct {
	Rule    string // what is forbidden or malformed
	Section string // of the RFC that says so
	Err     error  // one of this package's errors, or nil; what Unwrap returns
}

func (e *OutputError) Error() string { return "conn: refused to break " + e.Section + ": " + e.Rule }
func (e *OutputError) Unwrap() error { return e.Err }

// inputError copies what the parser found. base is the number of octets in
// front of the slice that the parser was given.
func inputError(err error, base int64) *InputError {
	var e *parser.Error
	if !errors.As(err, &e) {
		return &InputError{Rule: err.Error(), Section: "RFC 9112", Offset: base, Status: 400, Err: err}
	}
	return &InputError{
		Rule:    strings.TrimPrefix(e.Code.Error(), e.Section()+": "),
		Section: e.Section(),
		Offset:  base + int64(e.Offset),
		Status:  e.Status(),
		Err:     e.Code,
	}
}

// bodyTooLarge is the refusal of octet n of a body.
func bodyTooLarge(n int64) *InputError {
	return &InputError{Rule: "the body is larger than the limit", Section: "RFC 9110 §15.5.14", Offset: n, Status: 413, Err: ErrBodyTooLarge}
}
