package parser

import (
	"encoding/binary"
	"unsafe"
)

// parseBlocks is [RequestHead.parseBlocks] for a response. It leaves the status
// line to startLine.
func (h *ResponseHead) parseBlocks(b []byte, limit, mode int) int {
	f := &h.Fields
	n := headKernel(unsafe.SliceData(b), len(b), f, mode)
	if n == -1 {
		n = f.again(b, mode)
	}
	lines := f.lines
	if lines <= limit && (n > 0 || n < -1 && f.repeated&namesUnsure != 0) && h.lineFromTape(b) {
		f.pos = 0
		return f.identified(b, n)
	}
	end := int(f.tape[1])
	switch {
	case n < -1 && lines <= limit && h.lineFromTape(b):
		f.begin(responseStart)
		f.lineEnd(b, end)
		if f.settle(b, lines, 0) {
			return -n
		}
	case n == 0 && (f.pos > 0 || f.fill >= 2 && int(f.at) >= end+2 && h.lineFromTape(b)):
		f.goOn(b)
		return 0
	}
	f.begin(responseStart)
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
