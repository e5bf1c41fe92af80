package parser

import (
	"iter"
	"unsafe"
)

// FieldLine is one line of a field section. Value has no white space around it.
type FieldLine struct {
	Name, Value Span
	ID          FieldID // FieldOther when the name is not one this package knows
}

// tapeLines is how many field lines a section holds in its own storage, tapeFull
// how many positions they and the start line have. Kernels write up to tapeSlack
// positions more than there are.
const (
	tapeLines = 128
	tapeFull  = 2 + 2*tapeLines
	tapeSlack = 144
)

// FieldSection is the field section of a head, or a trailer section. It is
// filled by Parse and valid for the buffer that Parse read. Field lines are
// derived on access: what is stored is positions.
//
// A section of more than 128 lines, or one that reaches beyond 64 KiB, goes to a
// slice that is grown on demand and kept for the next: the one allocation in
// this package, and only where [Options] allow such sections.
type FieldSection struct {
	// tape holds two positions of the start line: the end of the method (when a
	// kernel wrote it), and the line end; then colon and line end of each field
	// line. A line end is the offset of its CR, so the next line starts two octets
	// on. A trailer section's start line ends at -2 (modulo 1<<16).
	tape [tapeFull + tapeSlack]uint16
	// trim holds the value of each odd line: one whose value is not simply all
	// that stands between ": " and CRLF.
	trim [tapeLines]struct{ off, len uint16 }
	odd  [tapeLines / 64]uint64

	ids            [tapeLines]FieldID
	first          [fieldIDs]uint16 // the first line of each id that is seen
	seen, repeated fieldSet

	lines int
	wide  []FieldLine // all lines, once there is one that does not fit the tape
	scan

	// Where a kernel goes on: octets of full blocks, positions on the tape, and
	// what the blocks carry over. See zhead_avx512_amd64.s.
	at, fill               uint32
	carryC, carryN, carryS uint8
}

// Kernels write seen and repeated in one store.
var _ [0]struct{} = [unsafe.Offsetof(FieldSection{}.repeated) - unsafe.Offsetof(FieldSection{}.seen) - 4]struct{}{}

// Len returns the number of field lines.
func (f *FieldSection) Len() int { return f.lines }

// Line returns field line i, 0 <= i < Len, in the order received.
func (f *FieldSection) Line(i int) FieldLine {
	if len(f.wide) > 0 {
		return f.wide[i]
	}
	start, colon := f.tape[2*i+1]+2, f.tape[2*i+2]
	return FieldLine{Span{uint32(start), uint32(colon - start)}, f.value(i), f.ids[i]}
}

// value returns the value of field line i.
func (f *FieldSection) value(i int) Span {
	if len(f.wide) > 0 {
		return f.wide[i].Value
	}
	if f.odd[uint(i)/64]>>(uint(i)%64)&1 != 0 {
		return Span{uint32(f.trim[i].off), uint32(f.trim[i].len)}
	}
	at := f.tape[2*i+2:]
	return Span{uint32(at[0]) + 2, uint32(at[1]) - uint32(at[0]) - 2}
}

// Get returns the value of the first field line named id. It aliases b.
func (f *FieldSection) Get(b []byte, id FieldID) (value []byte, ok bool) {
	if !f.Has(id) {
		return nil, false
	}
	return f.value(int(f.first[id])).Bytes(b), true
}

// Lookup returns the value of the first field line called name, in any case. It
// aliases b.
func (f *FieldSection) Lookup(b []byte, name string) (value []byte, ok bool) {
	if id := FieldOf(name); id != FieldOther {
		return f.Get(b, id)
	}
	for i := range f.lines {
		l := f.Line(i)
		if int(l.Name.Len) == len(name) && equalFold(l.Name.Bytes(b), name) {
			return l.Value.Bytes(b), true
		}
	}
	return nil, false
}

// All yields name and value of every field line, in the order received. They
// alias b.
func (f *FieldSection) All(b []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		for i := range f.lines {
			l := f.Line(i)
			if !yield(l.Name.Bytes(b), l.Value.Bytes(b)) {
				return
			}
		}
	}
}

// Has reports whether a field line named id is there. It is false for
// FieldOther.
func (f *FieldSection) Has(id FieldID) bool { return f.seen>>id&1 != 0 }

// Repeated reports whether several field lines are named id.
func (f *FieldSection) Repeated(id FieldID) bool { return f.repeated>>id&1 != 0 }

// next returns the number of the next field line after i named id, or -1.
func (f *FieldSection) next(i int, id FieldID) int {
	for i++; i < f.lines; i++ {
		if f.Line(i).ID == id {
			return i
		}
	}
	return -1
}

// HasToken reports whether the comma-separated list that all field lines named
// id make together has that token, in any case (RFC 9110 §5.6.1).
func (f *FieldSection) HasToken(b []byte, id FieldID, token string) bool {
	if !f.Has(id) {
		return false
	}
	for i := int(f.first[id]); i >= 0; i = f.next(i, id) {
		for l := (list{rest: f.Line(i).Value.Bytes(b)}); l.next(); {
			if equalFold(l.element, token) {
				return true
			}
		}
		if !f.Repeated(id) {
			break
		}
	}
	return false
}

// Parse reads a trailer section, field lines and an empty line, from the start
// of b (RFC 9112 §7.1.2) and returns its length, as [RequestHead.Parse] does a
// head's. A field that frames or routes a message is refused there (RFC 9110
// §6.5.1).
func (f *FieldSection) Parse(b []byte, o *Options) (n int, err error) {
	o = o.orDefault()
	limit := o.trailerSize()
	if f.pos == 0 {
		f.tape[1] = 0xFFFE
		if len(b) >= len("\r\n") && b[0] == '\r' && b[1] == '\n' && limit >= len("\r\n") { // as nearly always
			f.seen, f.repeated, f.lines, f.wide = 0, 0, 0, f.wide[:0]
			return len("\r\n"), nil
		}
		f.begin(trailerFirstField)
	}
	if active > kernelWords && f.pos == 0 && len(b) >= minTrailers {
		if n := f.parseBlocks(b[:min(len(b), limit, maxTape)], o.fields()); n > 0 {
			return n, nil
		}
	}
	f.lim = o.fields()
	switch f.scanTrailer(b[:min(len(b), limit)], o.Lenience) {
	case done:
		return f.finish(), nil
	case more:
		if f.pos < limit {
			return 0, nil
		}
		f.fail(ErrTrailerTooLarge, limit)
	}
	return 0, &f.err
}

// Reset forgets a trailer section that was read in part.
func (f *FieldSection) Reset() { f.begin(0) }
