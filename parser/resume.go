package parser

import "unsafe"

// A head that comes in pieces is read by a kernel, which goes on at the last full block
// when the empty line has come, or much else. Until then nothing is noted of what
// comes behind the start line: it is only held against the grammar. Where it breaks it,
// the table begins anew, and says how. So an octet is looked at three times at most,
// however many pieces there are.

// stateLines, and up to one of the bits below, stands for the state of a scan that goes on so: pos is
// in a value unless they say else. lines is how many field lines have begun.
const (
	stateLines = 0xF8

	atStart  = 1 // of a line
	behindCR = 2
	inName   = 4
)

// minPos is how many octets go before a piece at least.
const minPos = 31

// suspend ends a call that has used up its octets, most being what waits may read. Unless the start line
// is under way, or something rare, the table reads no more.
func (f *FieldSection) suspend(b []byte, most int) {
	f.most = most
	switch {
	case active <= kernelWords || f.unsure || f.start == 0 || f.pos < minPos || f.pos >= most || len(f.wide) > 0:
	case b[f.startEnd] != '\r': // a bare LF, for which goOn does not look
	case f.pos < f.start:
		f.state = stateLines + behindCR
	case f.pos == f.start:
		f.state = stateLines + atStart
	case f.colon > f.start:
		f.lines++
		f.state = stateLines
	case b[f.start] != '\r': // of the empty line
		f.lines++
		f.state = stateLines + inName
	}
}

// waits reads on from stateLines. It is false in any other state, and when so much
// has come that a kernel had better go on, or the empty line, more than the limits allow, or
// something that is not good.
func (f *FieldSection) waits(b []byte) bool {
	return goodPiece(unsafe.SliceData(b), len(b), f) || f.emptyLineBegins(b)
}

// emptyLineBegins is waits where of the empty line the CR has come.
func (f *FieldSection) emptyLineBegins(b []byte) bool {
	end := len(b) - 1
	return end > 0 && b[end-1] == '\n' && b[end] == '\r' && goodPiece(unsafe.SliceData(b), end, f)
}

// goOn makes the scan go on where a kernel, which lacked the end of the head, has come to
// in b. What is in names and values is good; what ends them is seen to here, but for what was before.
// Where it is not good the scan begins anew.
func (f *FieldSection) goOn(b []byte) {
	read, settled, good := int(f.at), uint32(2), true
	switch {
	case f.pos >= read:
		return
	case f.pos > 0:
		settled = max(settled, f.settled)
		good = f.state&behindCR == 0 || b[f.pos] == '\n'
	}
	if !good || !endsWell(b, f.tape[settled&^1:f.fill]) {
		f.begin(0)
		return
	}
	f.wide = f.wide[:0]
	f.lines = int(f.fill) / 2
	if f.carryS != 0 {
		f.lines-- // has not begun
	}
	f.scan = scan{pos: read, state: stateLines + inName*f.carryN + f.carryS, startEnd: int(f.tape[1]), settled: f.fill}
}

// endsWell reports whether there are a colon and a line end in turns at the positions of tape. Of the last line
// end the LF may be yet to come.
func endsWell(b []byte, tape []uint16) bool {
	for ; len(tape) >= 2; tape = tape[2:] {
		colon, end := int(tape[0]), int(tape[1])
		if b[colon] != ':' || b[end] != '\r' || end+1 < len(b) && b[end+1] != '\n' {
			return false
		}
	}
	return len(tape) == 0 || b[tape[0]] == ':'
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
