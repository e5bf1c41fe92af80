package parser

import (
	"encoding/binary"
	"unsafe"
)

// RequestHead is the head of a request: request line and field section. The
// zero value is ready. It holds spans, never octets, so it may be kept and used
// again for the next message without keeping a buffer alive.
//
// It is about 1.6 KB: keep one per connection that is at work, not on a stack
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
// again with the same octets and more behind them, and the same options; an octet is
// looked at three times at most, however many calls there are. An error is an
// [*Error] that belongs to h and is overwritten by the next call; it comes as soon
// as the octet at fault does. One empty line before the request line is skipped
// and counted (§2.2). After a complete head, or an error, the next Parse starts
// anew.
func (h *RequestHead) Parse(b []byte, o *Options) (n int, err error) {
	if h.Fields.pos > 0 {
		if goodPiece(unsafe.SliceData(b), len(b), &h.Fields) {
			return 0, nil
		}
		return h.parse(b, o.orDefault(), 0)
	}
	if active > kernelWords && len(b) >= minSection {
		most, lines := DefaultMaxHeadSize, DefaultMaxFields
		if o != nil {
			most, lines = min(o.headSize(), maxTape), o.fields()
		}
		n = headKernel(unsafe.SliceData(b), min(len(b), most), &h.Fields, modeRequest)
		if n > 0 && h.Method != MethodOther && h.Fields.lines <= lines {
			return n, nil
		}
	}
	return h.parse(b, o.orDefault(), n)
}

// parse goes on where a kernel has returned n for b, or where the last Parse ended.
func (h *RequestHead) parse(b []byte, o *Options, n int) (int, error) {
	f := &h.Fields
	limit := o.headSize()
	most := min(limit, maxTape)
	blocks := b[:min(len(b), most)]
	mode, unsure := modeRequest, f.pos > 0 && f.state >= stateLines
	if unsure {
		if f.emptyLineBegins(b) {
			return 0, nil
		}
		mode += goingOn
		n = headKernel(unsafe.SliceData(blocks), len(blocks), f, mode)
	}
	if active > kernelWords && (f.pos == 0 || unsure) && len(b) >= minSection {
		if n := h.parseBlocks(blocks, o.fields(), n, mode); n > 0 {
			return n, nil
		}
		f.lim, f.most = o.fields(), most
		if f.waits(b) {
			return 0, nil
		}
		unsure = unsure || f.pos > 0
	}
	if f.pos == 0 || unsure {
		f.begin(requestStart)
		f.unsure = unsure
	}
	f.lim = o.fields()
	switch f.scanRequest(b[:min(len(b), limit)], o.Lenience) {
	case done:
		h.startLine(b)
		return f.finish(), nil
	case more:
		switch {
		case f.pos < limit:
			f.suspend(b, most)
			return 0, nil
		case f.mark[1] == 0:
			f.fail(ErrMethodTooLong, limit)
		case f.start == 0:
			f.fail(ErrTargetTooLong, limit)
		default:
			f.fail(ErrHeadTooLarge, limit)
		}
	}
	return 0, &f.err
}

// startLine takes the request line apart at its marks: method SP target SP
// version.
func (h *RequestHead) startLine(b []byte) {
	m := &h.Fields.mark
	h.MethodName = Span{m[0], m[1] - m[0]}
	h.Target = Span{m[1] + 1, m[2] - m[1] - 1}
	switch w := binary.LittleEndian.Uint32(b[m[0]:]); {
	case w == wordGET:
		h.Method = MethodGet
	case w == wordPOST && h.MethodName.Len == 4:
		h.Method = MethodPost
	default:
		h.Method = MethodOf(h.MethodName.Bytes(b))
	}
	h.Version = minorVersion(b[m[2]+uint32(len(" HTTP/1."))])
}

// Reset forgets a head that was read in part.
func (h *RequestHead) Reset() { h.Fields.Reset() }

// KeepAlive reports whether the sender lets the connection persist after this
// message (RFC 9112 §9.3): the close option wins; HTTP/1.0 needs keep-alive.
func (h *RequestHead) KeepAlive(b []byte) bool {
	return h.Fields.seen>>FieldConnection&1 == 0 && h.Version >= HTTP11 || h.Fields.keepAlive(b, h.Version)
}

// Expectation returns what the Expect field asks for (RFC 9110 §10.1.1). It is
// ExpectNone in HTTP/1.0, whatever the field says.
func (h *RequestHead) Expectation(b []byte) Expectation {
	if h.Fields.Has(FieldExpect) {
		return h.expectation(b)
	}
	return ExpectNone
}

// expectation is Expectation where there is the field.
func (h *RequestHead) expectation(b []byte) Expectation {
	f := &h.Fields
	e := ExpectNone
	if h.Version < HTTP11 {
		return e
	}
	for i := int(f.first[FieldExpect]); i >= 0; i = f.next(i, FieldExpect) {
		for l := (list{rest: f.Line(i).Value.Bytes(b)}); l.next(); {
			if !equalFold(l.element, "100-continue") {
				return ExpectUnknown
			}
			e = ExpectContinue
		}
	}
	return e
}

// Expectation is what a request's Expect field asks for.
type Expectation uint8

const (
	ExpectNone     Expectation = iota // no Expect field
	ExpectContinue                    // 100-continue
	ExpectUnknown                     // something else: answer 417
)
