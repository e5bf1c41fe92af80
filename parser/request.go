package parser

// RequestHead is the head of a request: request line and field section. The
// zero value is ready. It holds spans, never octets, so it may be kept and used
// again for the next message without keeping a buffer alive.
//
// It is about 1.5 KB: keep one per connection that is at work, not on a stack
// that must grow for it.
type RequestHead struct {
	Method     Method // MethodOther when MethodName is not registered
	Version    Version
	MethodName Span
	Target     Span
	Fields     FieldSection
}

// Parse reads one request head from the start of b (RFC 9112 §2 to §5) and
// returns its length in octets. (0, nil) means that b is a valid prefix: call
// again with the same octets and more behind them; none that was read already is read
// again. An error is an [*Error] that belongs to h and is overwritten by the
// next Parse. One empty line before the request line is skipped and counted
// (§2.2). After a complete head, or an error, the next Parse starts anew.
func (h *RequestHead) Parse(b []byte, o *Options) (n int, err error) { panic("not yet") }

// Reset forgets a head that was read in part.
func (h *RequestHead) Reset() { panic("not yet") }

// Framing says how the request's body is delimited (RFC 9112 §6.3). b is the
// buffer that Parse read.
func (h *RequestHead) Framing(b []byte) (Framing, error) { panic("not yet") }

// Authority returns the host, with its port if it has one, that the request is
// for (RFC 9112 §3.2 and §3.3): the target's when that is in absolute-form or
// authority-form, else the Host field's. It checks the target's form against the
// method, and Host: in HTTP/1.1 exactly one, and valid. It is empty for an
// HTTP/1.0 request without Host. The slice aliases b.
func (h *RequestHead) Authority(b []byte) ([]byte, error) { panic("not yet") }

// KeepAlive reports whether the sender lets the connection persist after this
// message (RFC 9112 §9.3): the close option wins; HTTP/1.0 needs keep-alive.
func (h *RequestHead) KeepAlive(b []byte) bool { panic("not yet") }

// Expectation returns what the Expect field asks for (RFC 9110 §10.1.1). It is
// ExpectNone in HTTP/1.0, whatever the field says.
func (h *RequestHead) Expectation(b []byte) Expectation { panic("not yet") }

// Expectation is what a request's Expect field asks for.
type Expectation uint8

const (
	ExpectNone     Expectation = iota // no Expect field
	ExpectContinue                    // 100-continue
	ExpectUnknown                     // something else: answer 417
)
