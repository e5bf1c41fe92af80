package parser

import "unsafe"

// resumable are the states of a section's automaton in which a kernel can go on:
// those behind the start line.
type resumable struct {
	firstField, name, value, valueCR, field uint8

	refused fieldSet // not allowed in this section
}

var (
	requestResume  = resumable{requestFirstField, requestName, requestValue, requestValueCR, requestField, 0}
	responseResume = resumable{responseFirstField, responseName, responseValue, responseValueCR, responseField, 0}
	trailerResume  = resumable{trailerFirstField, trailerName, trailerValue, trailerValueCR, trailerField, notInTrailer}
)

// resume reads on with a kernel, from where the last scan ended. It returns the
// length of the section when that is complete; else the scan may have come further, and
// the table goes on.
func (f *FieldSection) resume(b []byte, r *resumable) int {
	if len(f.wide) > 0 || len(b)-f.pos < minBlocks || len(b) > maxTape || f.lines >= tapeLines {
		return 0
	}
	f.at, f.fill = uint32(f.pos), uint32(2+2*f.lines)
	f.carryC, f.carryN, f.carryS = 0, 0, 0
	named := false
	switch f.state {
	case r.firstField, r.field:
		f.carryC, f.carryS = 1, 1
	case r.name:
		f.carryN = 1
	case r.value:
		f.tape[f.fill] = uint16(f.colon)
		f.fill++
		named = true
	case r.valueCR:
		if b[f.pos] != '\n' {
			return 0
		}
		f.carryC, f.carryS = 1, 2
	default:
		return 0
	}
	before := f.scanned()
	lines := f.lines
	n := headKernel(unsafe.SliceData(b), len(b), f, modeLines)
	if n == -1 {
		n = f.again(b, modeLines)
	}
	switch {
	case n == 0:
		f.lines = lines
		if f.commit(b, r, named) {
			return 0
		}
	case n < -1:
		read := f.lines
		f.lines = lines
		if read <= f.lim && f.settle(b, read, named, r.refused) {
			f.pos = 0
			return -n
		}
	}
	f.restore(before)
	return 0
}

// commit moves the scan to the end of the full blocks that a kernel has read, and
// settles the lines that end there. It reports whether they are all good.
func (f *FieldSection) commit(b []byte, r *resumable, named bool) bool {
	done := b[:f.at]
	colons := int(f.fill) - 2 // and line ends
	if colons < 0 || (colons+1)/2 > f.lim || (colons+1)/2 > tapeLines {
		return false
	}
	before := f.lines
	if !f.settle(done, colons/2, named, r.refused) {
		return false
	}
	state := r.firstField
	switch {
	case colons%2 != 0:
		state = r.value
		if named = named && f.lines == before; named {
			break
		}
		colon := int(f.tape[f.fill-1])
		if done[colon] != ':' || r.refused>>f.nameEnd(b, colon)&1 != 0 {
			return false
		}
	case f.carryN != 0:
		state = r.name
	case f.carryS&2 != 0:
		state = r.valueCR
	case f.lines > 0:
		state = r.field
	}
	f.pos, f.state = int(f.at), state
	return true
}

// progress is what a scan knows that a failed attempt to go on may have changed.
type progress struct {
	seen, repeated fieldSet
	id             FieldID
	lines          int
	start, colon   int
}

func (f *FieldSection) scanned() progress {
	return progress{f.seen, f.repeated, f.id, f.lines, f.start, f.colon}
}

func (f *FieldSection) restore(p progress) {
	f.seen, f.repeated, f.id, f.lines, f.start, f.colon = p.seen, p.repeated, p.id, p.lines, p.start, p.colon
}
