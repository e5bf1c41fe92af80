package parser

// ResponseHead is the head of a response: status line and field section. The
// zero value is ready; it holds spans, never octets.
type ResponseHead struct {
	Version Version
	Status  uint16 // 100 to 999
	Reason  Span
	Fields  FieldSection
}

// Parse reads one response head from the start of b, as [RequestHead.Parse]
// does a request's.
func (h *ResponseHead) Parse(b []byte, o *Options) (n int, err error) { panic("not yet") }

// Reset forgets a head that was read in part.
func (h *ResponseHead) Reset() { panic("not yet") }

// Framing says how the body of the response to a request with that method is
// delimited (RFC 9112 §6.3). b is the buffer that Parse read.
func (h *ResponseHead) Framing(b []byte, request Method) (Framing, error) { panic("not yet") }

// KeepAlive reports whether the sender lets the connection persist after this
// message (RFC 9112 §9.3).
func (h *ResponseHead) KeepAlive(b []byte) bool { panic("not yet") }
