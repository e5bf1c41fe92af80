package parser

import (
	"encoding/binary"
	"math/bits"
	"unsafe"
)

// A head that comes in pieces is read by a kernel, which goes on at the last full block
// when the empty line has come, or much else. Until then nothing is noted of what
// comes behind the start line: it is only held against the grammar. Where it breaks it,
// the table begins anew, and says how. So an octet is looked at three times at most,
// however many pieces there are.

// What stands for the state of a scan that goes on so: pos is in a name, which begins at
// start, or behind a colon; lines is how many colons there were.
const (
	stateName = 0xFE + iota
	stateValue
)

// suspend ends a call that has used up its octets. Unless the start line is under way, or
// something rare, the table reads no more.
func (f *FieldSection) suspend(b []byte) {
	switch {
	case active <= kernelWords || f.unsure || f.start == 0 || f.pos < minSection || f.pos >= maxTape || len(f.wide) > 0:
	case f.pos < f.start && f.lines == 0: // CR of the start line
	case f.pos < f.start:
		f.pos, f.state = f.start-2, stateValue // CR of a field line
		f.start = int(f.tape[2*f.lines-1]) + 2
	case f.colon > f.start:
		f.lines++
		f.state = stateValue
	case f.pos > f.start && b[f.start] == '\r':
		f.pos, f.state = f.start, stateName // CR of the empty line
	default:
		f.state = stateName
	}
}

// waits reads on in stateName and stateValue. It is false in any other, and when so much
// has come that a kernel had better go on, or the empty line, more than the limits allow, or
// something that is not good.
func (f *FieldSection) waits(b []byte, o *Options) bool {
	if f.pos == 0 || f.state < stateName {
		return false
	}
	most := min(o.headSize(), maxTape)
	come := b[:min(len(b), most)]
	i, s, start, lines := f.pos, f.state, f.start, f.lines
	for i < len(come) {
		if rest := len(come) - i; rest >= minLong || s == stateName && rest >= minPiece {
			return false
		}
		if s == stateName {
			i += nameOctets(come[i:])
			if i > start && lines >= o.fields() {
				return false
			}
			if i == len(come) || i == start && i+1 == len(come) && come[i] == '\r' {
				break
			}
			if i == start || come[i] != ':' {
				return false
			}
			lines++
			if i, s = i+1, stateValue; i == len(come) {
				break
			}
		}
		i += fieldOctets(&come[i], len(come)-i)
		if i == len(come) || i+1 == len(come) && come[i] == '\r' {
			break
		}
		if come[i] != '\r' || come[i+1] != '\n' {
			return false
		}
		i += len("\r\n")
		start, s = i, stateName
	}
	f.pos, f.state, f.start, f.lines = i, s, start, lines
	return len(b) < most
}

// nameOctets returns how many octets b begins with that may stand in a name.
func nameOctets(b []byte) int {
	i := 0
	for ; i+8 <= len(b); i += 8 {
		if stop := ^inTchar(binary.LittleEndian.Uint64(b[i:])) & highBits; stop != 0 {
			i += bits.TrailingZeros64(stop) / 8
			break
		}
	}
	for i < len(b) && octets[b[i]]&isTchar != 0 { // what words leave
		i++
	}
	return i
}

// goOn makes the scan go on where a kernel, which lacked the end of the head, has come to
// in b. What is in names and values is good; what ends them is seen to here, for the
// lines that were not seen before. Where it is not good, or there are more lines than
// limit, the scan begins anew.
func (f *FieldSection) goOn(b []byte, limit int) {
	switch {
	case f.pos == 0:
		end := int(f.tape[1])
		f.lines, f.wide = 0, f.wide[:0]
		f.scan = scan{startEnd: end, start: end + 2}
	case f.state == stateValue:
		f.lines-- // its line has not ended
	}
	read := int(f.at)
	tape := f.tape[min(2+2*f.lines, int(f.fill)):f.fill]
	for ; len(tape) >= 2 && int(tape[1])+2 <= read; tape = tape[2:] {
		colon, end := tape[0], tape[1]
		if b[colon] != ':' || b[end] != '\r' || b[end+1] != '\n' {
			f.begin(0)
			return
		}
		f.lines++
		f.start = int(end) + 2
	}
	f.pos, f.state = f.start, stateName
	if len(tape) > 0 && b[tape[0]] == ':' {
		f.lines++
		f.pos, f.state = read, stateValue
		if len(tape) > 1 {
			f.pos = int(tape[1])
		}
	}
	if f.lines > limit {
		f.begin(0)
	}
}

// parseBlocks tries a kernel on a trailer section. It returns its length, or 0 when the
// table has to read it.
func (f *FieldSection) parseBlocks(b []byte, limit int) int {
	f.at, f.fill = 0, 2
	f.carryC, f.carryN, f.carryS = 1, 0, 1
	n := headKernel(unsafe.SliceData(b), len(b), f, modeLines)
	if n == -1 {
		f.at, f.fill = 0, 2
		f.carryC, f.carryN, f.carryS = 1, 0, 1
		n = f.again(b, modeLines)
	}
	lines := f.lines
	f.begin(trailerFirstField)
	if n < -1 && lines <= limit && f.settle(b, lines, notInTrailer) {
		return -n
	}
	f.begin(trailerFirstField)
	return 0
}
