package parser

import "encoding/binary"

// parseBlocks goes on where a kernel has returned n for b. It returns the length
// of the head, or 0 when the scan has to go on from where it is then. limit is
// on field lines.
func (h *RequestHead) parseBlocks(b []byte, limit, n, mode int) int {
	f := &h.Fields
	if n == -1 {
		n = f.again(b, mode)
	}
	lines := f.lines
	if lines <= limit && (n > 0 || n < -1 && f.repeated&namesUnsure != 0) {
		f.pos = 0
		h.Method = MethodOf(h.MethodName.Bytes(b)) // kernels know the shorter ones
		return f.identified(b, n)
	}
	end := int(f.tape[1])
	switch {
	case n < -1 && lines <= limit && h.lineFromTape(b):
		f.begin(requestStart)
		f.lineEnd(b, end)
		if f.settle(b, lines, 0) {
			return -n
		}
	case n == 0 && (f.pos > 0 || f.fill >= 2 && int(f.at) >= end+2 && h.lineFromTape(b) && run(h.Target.Bytes(b), isTarget) == uint(h.Target.Len)):
		f.goOn(b)
		return 0
	}
	f.begin(requestStart)
	return 0
}

// lineFromTape takes the request line apart, at the positions of a kernel that
// has checked the target's octets (RFC 9112 §3). It reports whether the line is good.
func (h *RequestHead) lineFromTape(b []byte) bool {
	m, end := uint(h.Fields.tape[0]), uint(h.Fields.tape[1])
	if m+10 >= end || end+2 > uint(len(b)) {
		return false
	}
	v := b[end-9 : end+2]
	const space = ' ' | 'H'<<8 | 'T'<<16 | 'T'<<24 | 'P'<<32 | '/'<<40 | '1'<<48 | '.'<<56
	if b[m] != ' ' || binary.LittleEndian.Uint64(v) != space || v[8]-'0' > 1 || v[9] != '\r' || v[10] != '\n' {
		return false
	}
	h.Version = minorVersion(v[8])
	h.MethodName = Span{0, uint32(m)}
	h.Target = Span{uint32(m) + 1, uint32(end-m) - 10}
	h.Method = MethodOf(b[:m])
	return true
}
