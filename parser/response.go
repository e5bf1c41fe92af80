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
// does a request's. No empty line may stand before it.
func (h *ResponseHead) Parse(b []byte, o *Options) (n int, err error) {
	f := &h.Fields
	o = o.orDefault()
	if f.pos > 0 && f.waits(b) {
		return 0, nil
	}
	limit := o.headSize()
	most := min(limit, maxTape)
	mode, unsure := modeResponse, f.pos > 0 && f.state >= stateLines
	if unsure {
		mode += goingOn
	}
	if active > kernelWords && (f.pos == 0 || unsure) && len(b) >= minSection {
		if n := h.parseBlocks(b[:min(len(b), most)], o.fields(), mode); n > 0 {
			h.startLine(b)
			return n, nil
		}
		f.lim, f.most = o.fields(), most
		if f.waits(b) {
			return 0, nil
		}
		unsure = unsure || f.pos > 0
	}
	if f.pos == 0 || unsure {
		f.begin(responseStart)
		f.unsure = unsure
	}
	f.lim = o.fields()
	switch f.scanResponse(b[:min(len(b), limit)], o.Lenience) {
	case done:
		h.startLine(b)
		return f.finish(), nil
	case more:
		if f.pos < limit {
			f.suspend(b, most)
			return 0, nil
		}
		f.fail(ErrHeadTooLarge, limit)
	}
	return 0, &f.err
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
