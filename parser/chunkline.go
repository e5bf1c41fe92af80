package parser

import (
	"encoding/binary"
	"math"
)

// Nearly all that stands between the data of two chunks is CRLF, one to four
// digits, CRLF: eight octets at most, which are looked at as one word. Whatever
// is not of that form is left to the automaton.

// What is always the same in a word that begins with a line: CRLF of the data before
// it, and behind one or two digits the line's own.
const (
	crlf = '\r' | '\n'<<8

	oneDigit, oneMask  = crlf | crlf<<24, 0xFFFF_00_FFFF
	twoDigits, twoMask = crlf | crlf<<32, 0xFFFF_0000_FFFF
)

// shortLine is a try at the chunk line at the start of b, with the CRLF of the data
// before it. It returns the chunk's size and the line's length in octets, or a length
// of 0 when the automaton has to read it.
func (c *ChunkedBody) shortLine(b []byte, o *Options) (size, line uint) {
	if !c.shortLines(o) {
		return 0, 0
	}
	var w uint64 // with zeros behind the end of b
	switch n := len(b); {
	case n >= 8:
		w = binary.LittleEndian.Uint64(b)
	case n >= 4:
		w = uint64(binary.LittleEndian.Uint32(b)) | uint64(binary.LittleEndian.Uint32(b[n-4:]))<<(8*(n-4))
	}
	switch {
	case c.state == chunkData:
		return shortLine(w)
	case c.state == chunkSize && c.line == 0:
		if size, line = shortLine(w<<16 | crlf); line > 0 { // as if there were data before it
			line -= 2
		}
	}
	return size, line
}

// shortLines reports whether the limits let every short line pass, and none has to make
// up for others.
func (c *ChunkedBody) shortLines(o *Options) bool {
	return c.excess == 0 && (o == nil || o.chunkLine() >= len("1234\r\n"))
}

// lineLike is the last line of three or four digits. Large chunks are often of one
// size: that a line is as the last one was, a CPU can foresee, and need not wait
// for its digits.
type lineLike struct {
	word, mask uint64 // what is like it has these octets, CRLF left out
	size, line uint32
}

// is reports whether the line is in w, behind the CRLF of the data before it.
func (l *lineLike) is(w uint64) bool { return w&l.mask == l.word|crlf }

// learn is shortLine, and notes the line.
func (l *lineLike) learn(w uint64) (size, line uint) {
	switch x, y := byte(w>>16), byte(w>>24); {
	case w&oneMask == oneDigit && octets[x]&isHexdig != 0:
		return uint(hexValue(x)), 5
	case w&twoMask == twoDigits && octets[x]&octets[y]&isHexdig != 0:
		return uint(hexValue(x)<<4 | hexValue(y)), 6
	}
	if size, line = shortLine(w); line > 0 {
		l.mask = ^uint64(0) >> (64 - 8*line)
		l.word = w & l.mask &^ 0xFFFF
		l.size, l.line = uint32(size), uint32(line)
	}
	return size, line
}

// shortLine reads a chunk line of one to four digits, which stands in w behind
// the CRLF of the data before it. It returns the chunk's size and the octets of
// w that it took, or 0, 0 when w is not that.
func shortLine(w uint64) (size, line uint) {
	if uint16(w) != crlf {
		return 0, 0
	}
	w >>= 16
	for line = 5; line <= 8; line++ {
		c := byte(w)
		if octets[c]&isHexdig == 0 {
			break
		}
		size = size<<4 | uint(hexValue(c))
		if w >>= 8; uint16(w) == crlf {
			return size, line
		}
	}
	return 0, 0
}

// Pieces is [ChunkedBody.Next] for many chunks in one call: it fills dst with
// the next pieces of body data in b, in their order, and returns how many they
// are, k, and how many octets of b are done with, n. The spans are into b. A
// piece is data of one chunk, and all of it but where b begins or ends inside.
//
// k < len(dst) with a nil error means that b is used up (n == len(b)), or that
// the last chunk has been read, as with Next. The k pieces before an error are
// good; its offset counts from the start of b. Of a b beyond 4 GiB only the first
// are read.
func (c *ChunkedBody) Pieces(b []byte, dst []Span, o *Options) (k, n int, err error) {
	b = b[:min(uint64(len(b)), math.MaxUint32)]
	for k < len(dst) {
		if c.shortLines(o) {
			if k, n = c.wholeChunks(b, n, dst, k); k == len(dst) || c.last {
				break
			}
		}
		data, m, err := c.Next(b[n:], o)
		if err != nil {
			c.err.Offset += n
			return k, n, err
		}
		n += m
		if len(data) == 0 {
			break
		}
		dst[k] = Span{uint32(n - len(data)), uint32(len(data))}
		k++
	}
	return k, n, nil
}

// wholeChunks reads chunks that are in b with all their data, from n on, as long
// as their lines are short, and the line of the last chunk. It notes them in dst
// from k on, and returns where it came to in both.
//
// From one line to the next everything hangs on the digits. So the first are
// loaded on their own: taking them out of the word costs a third more.
func (c *ChunkedBody) wholeChunks(b []byte, n int, dst []Span, k int) (int, int) {
	first := c.state == chunkSize
	if c.state != chunkData && !(first && c.line == 0) {
		return k, n
	}
	var size, line uint
	i := uint(n)
	for k < len(dst) && i+8 <= uint(len(b)) {
		w := binary.LittleEndian.Uint64(b[i:])
		if first {
			first = false
			w = w<<16 | crlf // as if there were data before it
			i -= 2           // before b, when that begins here; every use adds more
		}
		switch x, y := b[i+2], b[i+3]; {
		case w&oneMask == oneDigit && octets[x]&isHexdig != 0:
			size, line = uint(hexValue(x)), 5
		case w&twoMask == twoDigits && octets[x]&octets[y]&isHexdig != 0:
			size, line = uint(hexValue(x)<<4|hexValue(y)), 6
		case c.like.is(w):
			size, line = uint(c.like.size), uint(c.like.line)
		default:
			if size, line = c.like.learn(w); line == 0 {
				return k, n
			}
		}
		if size-1 >= uint(len(b))-i-line {
			if size == 0 {
				c.state, c.last = chunkLineEnd, true
				return k, int(i + line)
			}
			break // data that is yet to come
		}
		c.state = chunkData
		i += line
		dst[k] = Span{uint32(i), uint32(size)}
		k++
		i += size
		n = int(i)
	}
	return k, n
}
