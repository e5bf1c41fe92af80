package parser

// Error is what Parse, Framing, Authority and Next return: which rule of which
// RFC the octets break, where, and the status that a server answers it with.
// It belongs to the value whose method returned it, and that value's next call
// overwrites it; copy it (it is a plain value) to keep it.
type Error struct {
	Code   ErrorCode
	Offset int // of the first octet at fault, from the start of the buffer given
}

func (e *Error) Error() string { panic("not yet") }

// Status is the status code to answer with: 400, 414, 431, 501 or 505.
func (e *Error) Status() int { panic("not yet") }

// Section names the RFC and section, such as "RFC 9112 §5.1".
func (e *Error) Section() string { panic("not yet") }

// Is makes errors.Is(err, code) work: an [ErrorCode] is an error itself.
func (e *Error) Is(target error) bool {
	c, ok := target.(ErrorCode)
	return ok && c == e.Code
}
