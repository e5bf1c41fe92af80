package parser

import (
	"encoding/binary"
	"math/bits"
)

// What stands here is for CPUs that no kernel is for, and for the build tag
// purego. It reads whole lines, eight octets at a time, for the scanners of
// zrequest.go, zresponse.go and ztrailer.go, which ask it where a start line or a
// field line begins. It reads no line that is not simply as nearly all are: what
// it leaves, a scanner reads, and then asks again. So it never decides what is
// refused, and has no state to go on from.
//
// There are two passes, because a loop whose end cannot be foreseen costs as
// much as twenty octets. The first finds line ends, 64 octets at a time, with
// nearly no branch; the second takes one line after the other apart, with
// one that depends on a length, as long as names are short.

const (
	highBits = 0x80 * ones

	// blockSize is how many octets the first pass looks at at once; when fewer are
	// left it does not pay.
	blockSize = 64
	// lookAhead is after how many octets the second pass has its turn, so that
	// little was in vain when it stops early.
	lookAhead = 2048
)

// controls returns which of the octets are none of a field value: bit i for octet
// i. HTAB counts among them.
func controls(b *[blockSize]byte) uint64 {
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(b[i:]) }
	m := inField(word(0))&highBits>>7 |
		inField(word(8))&highBits>>6 |
		inField(word(16))&highBits>>5 |
		inField(word(24))&highBits>>4 |
		inField(word(32))&highBits>>3 |
		inField(word(40))&highBits>>2 |
		inField(word(48))&highBits>>1 |
		inField(word(56))&highBits
	// Octet i of word k is bit 8*i+k: a matrix of 8 by 8, to be transposed.
	t := (m ^ m>>7) & 0x00AA00AA00AA00AA
	m ^= t ^ t<<7
	t = (m ^ m>>14) & 0x0000CCCC0000CCCC
	m ^= t ^ t<<14
	t = (m ^ m>>28) & 0x00000000F0F0F0F0
	m ^= t ^ t<<28
	return ^m
}

// plain reports whether there are no controls.
func plain(b *[blockSize]byte) bool {
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(b[i:]) }
	return inField(word(0))&inField(word(8))&inField(word(16))&inField(word(24))&
		inField(word(32))&inField(word(40))&inField(word(48))&inField(word(56))&highBits == highBits
}

// findLineEnds is the first pass. It puts the line ends from i on onto the tape,
// from that of line k on, for no more than most lines, and returns how many lines
// that makes. It stops at an empty line. A line end here is the first control of
// a run; the second pass sees whether it is a CR.
func (f *FieldSection) findLineEnds(b []byte, i uint, k, most int) int {
	from, top := uint(2*k+3), uint(2*most+3)
	fill := from
	// From block to block: whether its last octet is a control, and which of the
	// first two octets behind it start a line.
	control, starts := uint64(1), uint64(1)
	before := ^uint64(0) // the last block's controls
	for at := i; at < uint(len(b)); at += blockSize {
		var c uint64
		if at+blockSize <= uint(len(b)) {
			c = controls((*[blockSize]byte)(b[at:]))
		} else { // the last octets of b, shifted to their place
			back := at + blockSize - uint(len(b))
			c = controls((*[blockSize]byte)(b[at-back:])) >> (back & 63)
		}
		ends := c &^ (c<<1 | control)
		starts |= ends << 2
		empty := starts & c
		control, starts = c>>63, ends>>62
		if empty != 0 {
			ends &= empty&-empty - 1
		}
		if c|before == 0 { // a long value: as long as it goes on, there is nothing to count
			for at+2*blockSize <= uint(len(b)) && (fill == from || at-i < lookAhead) && plain((*[blockSize]byte)(b[at+blockSize:])) {
				at += blockSize
			}
		}
		before = c
		n := uint(bits.OnesCount64(ends))
		if fill+2*n > top {
			break
		}
		for next := fill; ; next += 8 { // four at once, mostly all
			t := (*[8]uint16)(f.tape[next:])
			t[0] = uint16(at + uint(bits.TrailingZeros64(ends)))
			ends &= ends - 1
			t[2] = uint16(at + uint(bits.TrailingZeros64(ends)))
			ends &= ends - 1
			t[4] = uint16(at + uint(bits.TrailingZeros64(ends)))
			ends &= ends - 1
			t[6] = uint16(at + uint(bits.TrailingZeros64(ends)))
			if ends &= ends - 1; ends == 0 {
				break
			}
		}
		fill += 2 * n
		if empty != 0 || fill > from && at-i >= lookAhead {
			break
		}
	}
	return k + int(fill-from)/2
}

// fieldLines reads whole field lines from i on, none of whose names is refused.
// It returns where the first line begins that it does not read.
func (f *FieldSection) fieldLines(b []byte, i uint, refused fieldSet) uint {
	b = b[:min(len(b), maxTape-1)]
	k, most := f.lines, min(f.lim, tapeLines)
	least := uint(blockSize)
	if k == 0 && len(b) >= blockSize {
		least /= 2 // all of a short head
	}
	if i+least > uint(len(b)) || k >= most || len(f.wide) > 0 {
		return i
	}
	lines := f.findLineEnds(b, i, k, most)
	seen, repeated := f.seen, f.repeated
	for ; k < lines && i+16 <= uint(len(b)); k++ {
		end := uint(f.tape[2*k+3])
		id, length := nameAt(b, i, end)
		colon := i + length
		if length == 0 || colon+2 >= end || end+1 >= uint(len(b)) ||
			b[colon] != ':' || b[colon+1] != ' ' || b[colon+2] <= ' ' || // no control: the first pass has seen to that
			b[end-1] <= ' ' || b[end] != '\r' || b[end+1] != '\n' || refused>>(id&31)&1 != 0 {
			break
		}
		bit := fieldSet(1) << (id & 31) &^ 1
		if repeated |= seen & bit; seen&bit == 0 {
			f.first[id] = uint16(k)
		}
		seen |= bit
		f.tape[2*k+2], f.ids[k] = uint16(colon), id
		f.odd[k/64] &^= 1 << (k % 64)
		i = end + 2
	}
	f.seen, f.repeated = seen, repeated
	f.lines, f.start = k, int(i)
	return i
}

// nameAt returns the length of the field name at i, and which it is. 16 octets
// are there; the line ends at end. Names of less than eight octets are often enough among
// themselves that a CPU can foresee it.
func nameAt(b []byte, i, end uint) (FieldID, uint) {
	line := (*[16]byte)(b[i:])
	low, high := binary.LittleEndian.Uint64(line[:]), binary.LittleEndian.Uint64(line[8:])
	if stop := ^inTchar(low) & highBits; stop != 0 {
		length := uint(bits.TrailingZeros64(stop)) / 8
		return fieldOfWords(low, 0, length), length
	}
	length := 8 + uint(bits.TrailingZeros64(^inTchar(high)&highBits))/8
	if length >= uint(len(nameMasks)) {
		for i+length < end && octets[b[i+length]]&isTchar != 0 {
			length++
		}
		return FieldOf(b[i : i+length]), length
	}
	return fieldOfWords(low, high, length), length
}

// fieldOfWords is [FieldOf] for a name of up to 15 octets that two words begin with.
func fieldOfWords(low, high uint64, length uint) FieldID {
	mask := &nameMasks[length&15]
	low, high = (low|0x20*ones)&mask.low, (high|0x20*ones)&mask.high
	known := &nameWords[(low^high)*nameMult>>nameShift]
	other := (low ^ known.low) | (high ^ known.high)
	return known.id &^ FieldID(int64(other|-other)>>63)
}
