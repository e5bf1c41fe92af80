package parser

import "strconv"

// Error is what Parse, Framing, Authority and Next return: which rule of which
// RFC the octets break, where, and the status that a server answers it with.
// It belongs to the value whose method returned it, and that value's next call
// overwrites it; copy it (it is a plain value) to keep it.
//
// Offset is that of the first octet at fault: the octets before it could have
// begun something valid, with it they cannot. It does not depend on how the
// input was cut into calls. When something is missing it is where that should
// have stood; when a limit is hit, that of the first octet beyond the limit.
type Error struct {
	Code   ErrorCode
	Offset int // of the first octet at fault, from the start of the buffer given
}

// Error returns section, rule and offset.
func (e *Error) Error() string {
	return e.Code.Error() + ", at octet " + strconv.Itoa(e.Offset)
}

// Status is the status code to answer with: 400, 414, 431, 501 or 505.
func (e *Error) Status() int { return e.Code.Status() }

// Section names the RFC and section, such as "RFC 9112 §5.1".
func (e *Error) Section() string { return e.Code.Section() }

// Is makes errors.Is(err, code) work: an [ErrorCode] is an error itself.
func (e *Error) Is(target error) bool {
	c, ok := target.(ErrorCode)
	return ok && c == e.Code
}

// Error returns section and rule.
func (c ErrorCode) Error() string {
	return errorTable[c].section + ": " + errorTable[c].text
}

// Status is the status code to answer with: 400, 414, 431, 501 or 505.
func (c ErrorCode) Status() int { return int(errorTable[c].status) }

// Section names the RFC and section, such as "RFC 9112 §5.1".
func (c ErrorCode) Section() string { return errorTable[c].section }
