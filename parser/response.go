package parser

import "encoding/binary"

// ResponseHead is the head of a response: status line and field section. The
// zero value is ready; it holds spans, never octets.
type ResponseHead struct {
	Version Version
	Status  uint16 // 100 to 999
	Reason  Span
	Fields  FieldSection
}

// Parse reads one response head from the start of b, as [RequestHead.Parse]
// does a request's. No empty line may stand before it.
func (h *ResponseHead) Parse(b []byte, o *Options) (n int, err error) {
	o = o.orDefault()
	f := &h.Fields
	limit := o.headSize()
	if active != kernelTable && len(b) >= minSection {
		if n := h.parseBlocks(b[:min(len(b), limit, maxTape)], o); n > 0 {
			return n, nil
		}
	}
	if f.pos == 0 {
		f.begin(responseStart)
	}
	f.lim = o.fields()
	switch f.scanResponse(b[:min(len(b), limit)], o.Lenience) {
	case done:
		h.startLine(b)
		return f.finish(), nil
	case more:
		if f.pos < limit {
			return 0, nil
		}
		f.fail(ErrHeadTooLarge, limit)
	}
	return 0, &f.err
}

// parseBlocks is RequestHead.parseBlocks for a response.
func (h *ResponseHead) parseBlocks(b []byte, o *Options) int {
	f := &h.Fields
	if f.pos > 0 {
		n := f.resume(b, &responseResume)
		if n > 0 {
			h.startLine(b)
		}
		return n
	}
	f.startBlocks()
	n := f.blocks(b, modeResponse)
	switch {
	case n > 0:
		if f.lines > o.fields() || !h.lineFromTape(b) {
			return 0
		}
		f.take()
		h.startLine(b)
		return n
	case n < -1:
		lines := f.lines
		f.begin(responseStart)
		if lines > o.fields() || !h.lineFromTape(b) {
			return 0
		}
		f.lineEnd(b, int(f.tape[1]))
		if f.settle(b, lines, false, 0) {
			f.take()
			h.startLine(b)
			return -n
		}
	case n == 0:
		f.begin(responseStart)
		f.lim = o.fields()
		end := int(f.tape[1])
		if f.fill < 2 || int(f.at) < end+2 || !h.lineFromTape(b) {
			return 0
		}
		f.lineEnd(b, end)
		if !f.commit(b, &responseResume, false) {
			f.begin(responseStart)
		}
	}
	return 0
}

// lineFromTape checks the status line whose end a kernel has found; it has
// checked the octets of the reason phrase (RFC 9112 §4).
func (h *ResponseHead) lineFromTape(b []byte) bool {
	end := uint(h.Fields.tape[1])
	const version = 'H' | 'T'<<8 | 'T'<<16 | 'P'<<24 | '/'<<32 | '1'<<40 | '.'<<48 | '1'<<56
	if end < 13 || end+2 > uint(len(b)) || b[end] != '\r' || b[end+1] != '\n' {
		return false
	}
	v := binary.LittleEndian.Uint64(b)
	if v != version && v != version-1<<56 || b[8] != ' ' || b[12] != ' ' {
		return false
	}
	return b[9]-'1' < 9 && b[10]-'0' <= 9 && b[11]-'0' <= 9
}

// startLine takes the status line apart: HTTP/1.1 SP 200 SP reason. All before
// the reason has its place.
func (h *ResponseHead) startLine(b []byte) {
	const minor, status, reason = len("HTTP/1."), len("HTTP/1.1 "), len("HTTP/1.1 200 ")
	h.Version = minorVersion(b[minor])
	s := b[status : status+3]
	h.Status = uint16(s[0]-'0')*100 + uint16(s[1]-'0')*10 + uint16(s[2]-'0')
	end := h.Fields.startEnd
	from := min(reason, end) // the space before it may be missing
	h.Reason = Span{uint32(from), uint32(end - from)}
}

// Reset forgets a head that was read in part.
func (h *ResponseHead) Reset() { h.Fields.Reset() }

// KeepAlive reports whether the sender lets the connection persist after this
// message (RFC 9112 §9.3).
func (h *ResponseHead) KeepAlive(b []byte) bool { return h.Fields.keepAlive(b, h.Version) }
