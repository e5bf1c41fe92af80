package parser

import "encoding/binary"

// ChunkedBody decodes the chunked transfer coding (RFC 9112 §7.1) of one body,
// in place. The zero value is ready for a body.
type ChunkedBody struct {
	size   uint64 // of the chunk, while its line is read; then what is left of it
	line   int    // octets of the chunk line so far
	excess int    // octets of chunk lines so far that content does not make up for
	state  uint8  // of chunkSteps; chunkLineEnd means inside data, or done
	last   bool   // the last chunk's line has been read
	like   lineLike
	err    Error
}

// Next returns the next piece of body data in b, which starts where the
// previous call's n ended, and how many octets of b are done with. data aliases
// b[:n], with its capacity clipped. One call returns data of one chunk at most.
// len(data) == 0 with a nil error means that b is used up (n == len(b)), or that
// the last chunk has been read: then Done reports true, and the trailer section
// follows at b[n:] (read it with [FieldSection.Parse]). An error is an [*Error]
// that belongs to c; its offset counts from the start of b. After an error c is
// of no use until Reset.
func (c *ChunkedBody) Next(b []byte, o *Options) (data []byte, n int, err error) {
	if c.state == chunkData && len(b) >= 8 && c.shortLines(o) {
		w := binary.LittleEndian.Uint64(b)
		size, line := uint(c.like.size), uint(c.like.line)
		if !c.like.is(w) {
			size, line = c.like.learn(w)
		}
		if size-1 < uint(len(b))-line { // nearly always a whole chunk, and all of it here
			end := line + size
			return b[line:end:end], int(end), nil
		}
	}
	return c.next(b, o)
}

// next is Next, whatever there is.
func (c *ChunkedBody) next(b []byte, o *Options) (data []byte, n int, err error) {
	if c.last {
		return nil, 0, nil
	}
	if c.state != chunkLineEnd {
		size, line := c.shortLine(b, o)
		if line == 0 {
			if n = c.scan(b, o); n < 0 {
				return nil, 0, &c.err
			}
		} else {
			c.size, c.state, n = uint64(size), chunkLineEnd, int(line)
			c.last = size == 0
		}
		if c.state != chunkLineEnd || c.last {
			return nil, n, nil
		}
	}
	data = b[n:]
	if c.size <= uint64(len(data)) {
		data = data[:c.size]
		c.state = chunkData
	}
	c.size -= uint64(len(data))
	return data[:len(data):len(data)], n + len(data), nil
}

// unpaid adds the octets of a chunk line to the excess, and takes off what a chunk of that
// size makes up for.
func unpaid(excess, line int, size uint64) int {
	const aChunk, anOctet = 16, 2
	return excess + line - aChunk - anOctet*int(min(size, 1<<28)) // more is not needed, and might overflow
}

// scan reads on to the end of a chunk line and returns how far it came, or -1
// for an error. It takes a step an octet.
func (c *ChunkedBody) scan(b []byte, o *Options) int {
	o = o.orDefault()
	maxLine, maxExcess := o.chunkLine(), o.chunkExt()
	size, line, s := c.size, c.line, c.state
	i := 0
	for i < len(b) {
		octet := b[i]
		w := chunkSteps[s&31][chunkFaults.class[octet]&31]
		if w == 0 {
			return c.fail(chunkFaults.of(s, octet), i)
		}
		if w&doDigit != 0 {
			if size >= 1<<59 {
				return c.fail(ErrChunkSizeTooLarge, i)
			}
			size = size<<4 | hexValue(octet)
		}
		if s != chunkData && s != chunkDataCR {
			if line++; line > maxLine {
				return c.fail(ErrChunkLineTooLong, i)
			}
		}
		s = uint8(w & stateBits)
		if s >= chunkLineCR && unpaid(c.excess, line, size) > maxExcess { // the size is known
			return c.fail(ErrChunkExtTooLarge, i)
		}
		i++
		if s == chunkLineEnd {
			c.excess = max(0, unpaid(c.excess, line, size))
			line = 0
			c.last = size == 0
			break
		}
	}
	c.size, c.line, c.state = size, line, s
	return i
}

// fail notes an error.
func (c *ChunkedBody) fail(code ErrorCode, offset int) int {
	c.err = Error{code, offset}
	return -1
}

// hexValue is the value of a HEXDIG.
func hexValue(c byte) uint64 {
	return uint64(c&15 + c>>6*9) // a letter's low bits begin with 1
}

// Done reports whether the last chunk's line has been read.
func (c *ChunkedBody) Done() bool { return c.last }

// Left returns how many octets of the chunk under way are still to come: what
// its line has announced, without the data returned so far.
func (c *ChunkedBody) Left() uint64 {
	if c.state != chunkLineEnd || c.last {
		return 0
	}
	return c.size
}

// Reset makes c ready for another body.
func (c *ChunkedBody) Reset() {
	c.size, c.line, c.excess, c.state, c.last = 0, 0, 0, chunkSize, false
}
