package parser

import (
	"encoding/binary"
	"math/bits"
)

// The octets of a start line that are always the same, as words.
const (
	wordVersion = 'H' | 'T'<<8 | 'T'<<16 | 'P'<<24 | '/'<<32 | '1'<<40 | '.'<<48
	wordGET     = 'G' | 'E'<<8 | 'T'<<16 | ' '<<24
	wordPOST    = 'P' | 'O'<<8 | 'S'<<16 | 'T'<<24
)

// requestLine reads a request line that b begins with, CRLF included. It returns
// its length, or 0 when the scanner has to read it.
func (f *FieldSection) requestLine(b []byte) uint {
	const rest = uint(len(" HTTP/1.1\r\n"))
	n := uint(len(b))
	if n < 16 {
		return 0
	}
	method := uint(0)
	switch w := binary.LittleEndian.Uint32(b); {
	case w == wordGET:
		method = 3
	case w == wordPOST && b[4] == ' ':
		method = 4
	default:
		for method < n && octets[b[method]]&isTchar != 0 {
			method++
		}
		if method == 0 || method == n || b[method] != ' ' {
			return 0
		}
	}
	end := method + 1 // of the target
	for ; ; end += 8 {
		if end+rest > n {
			return 0
		}
		if stop := ^inTarget(binary.LittleEndian.Uint64(b[end:])) & highBits; stop != 0 {
			end += uint(bits.TrailingZeros64(stop)) / 8
			break
		}
	}
	if end == method+1 || end+rest > n {
		return 0
	}
	v := (*[rest]byte)(b[end:])
	if binary.LittleEndian.Uint64(v[:]) != ' '|wordVersion<<8 || octets[v[8]]&isDigit == 0 || v[9] != '\r' || v[10] != '\n' {
		return 0
	}
	f.mark = [3]uint32{0, uint32(method), uint32(end)}
	f.lineEnd(b, int(end+rest-2))
	return end + rest
}

// statusLine reads a status line that b begins with, CRLF included. It returns
// its length, or 0 when the scanner has to read it.
func (f *FieldSection) statusLine(b []byte) uint {
	const reason = uint(len("HTTP/1.1 200 "))
	n := uint(len(b))
	if n < reason+8 {
		return 0
	}
	if v := binary.LittleEndian.Uint64(b); v&^(0xFF<<56) != wordVersion || octets[v>>56]&isDigit == 0 ||
		b[8] != ' ' || b[9] < '1' || b[9] > '9' || octets[b[10]]&octets[b[11]]&isDigit == 0 || b[12] != ' ' {
		return 0
	}
	end := reason
	for ; ; end += 8 {
		if end+8 > n {
			return 0
		}
		if stop := ^inField(binary.LittleEndian.Uint64(b[end:])) & highBits; stop != 0 {
			end += uint(bits.TrailingZeros64(stop)) / 8
			break
		}
	}
	if end+2 > n || b[end] != '\r' || b[end+1] != '\n' {
		return 0
	}
	f.lineEnd(b, int(end))
	return end + 2
}
