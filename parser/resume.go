package parser

import (
	"encoding/binary"
	"math/bits"
	"unsafe"
)

// A head that comes in pieces is read by a kernel when its empty line has come.
// Until then the table reads what came first; behind the start line nothing is noted of
// what comes later, it is only held against the grammar. Where it breaks it, the table
// begins anew, and says how. So an octet is looked at twice, or three times if it
// came first, however many pieces there are.

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
	case f.colon > f.start:
		f.lines++
		f.state = stateValue
	case f.pos > f.start && b[f.start] == '\r':
		f.pos, f.state = f.start, stateName // CR of the empty line
	default:
		f.state = stateName
	}
}

// waits reads on in stateName and stateValue. It is false in any other, and when the empty
// line has come, more than the limits allow, or something that is not good: then a
// kernel is to read all of b, and if it does not take it, the table.
func (f *FieldSection) waits(b []byte, o *Options) bool {
	if f.pos == 0 || f.state < stateName {
		return false
	}
	most := min(o.headSize(), maxTape)
	come := b[:min(len(b), most)]
	i, s := f.pos, f.state
	for i < len(come) {
		if s == stateName {
			i += nameOctets(come[i:])
			if i > f.start && f.lines >= o.fields() {
				return false
			}
			if i == len(come) || i == f.start && i+1 == len(come) && come[i] == '\r' {
				break
			}
			if i == f.start || come[i] != ':' {
				return false
			}
			f.lines++
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
		f.start, s = i, stateName
	}
	f.pos, f.state = i, s
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

// goOn settles the whole field lines that a kernel, which lacked the end of the head, has
// on its tape, and makes the table go on behind them. It reports whether they are good.
func (f *FieldSection) goOn(b []byte, limit int, firstField, field uint8) bool {
	lines := (int(f.fill) - 2) / 2
	if lines > 0 && int(f.tape[2*lines+1])+2 > int(f.at) {
		lines--
	}
	f.begin(firstField)
	f.lineEnd(b, int(f.tape[1]))
	if lines > limit || !f.settle(b, lines, 0) {
		f.begin(firstField)
		return false
	}
	if f.pos = f.start; lines > 0 {
		f.state = field
	}
	return true
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
