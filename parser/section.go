package parser

import "encoding/binary"

// begin makes f ready to scan a section from its first octet, in state.
func (f *FieldSection) begin(state uint8) {
	f.seen, f.repeated = 0, 0
	f.lines = 0
	f.wide = f.wide[:0]
	f.scan = scan{state: state}
	f.at, f.fill = 0, 0
	f.carryC, f.carryN, f.carryS = 0, 0, 1
}

// finish ends a scan and returns its length.
func (f *FieldSection) finish() int {
	n := f.pos
	f.pos = 0
	return n
}

// emptyLine is the offset of the empty line that ends a complete section.
func (f *FieldSection) emptyLine() int {
	if len(f.wide) > 0 || f.startEnd > 0xFFFF {
		return f.start
	}
	return int(f.tape[2*f.lines+1]) + 2
}

// nameEnd notes the colon at i of a field line and which field it is.
func (f *FieldSection) nameEnd(b []byte, i int) FieldID {
	f.colon = i
	if line := b[f.start:]; len(line) >= 16 && i-f.start < len(nameMasks) {
		f.id = fieldOfWords(binary.LittleEndian.Uint64(line), binary.LittleEndian.Uint64(line[8:]), uint(i-f.start))
	} else {
		f.id = FieldOf(line[:i-f.start])
	}
	if f.id != FieldOther {
		if f.Has(f.id) {
			f.repeated |= 1 << f.id
		} else {
			f.seen |= 1 << f.id
			f.first[f.id] = uint16(f.lines)
		}
	}
	return f.id
}

// lineEnd notes the line end of the start line, at i.
func (f *FieldSection) lineEnd(b []byte, i int) {
	f.startEnd = i
	if b[i] == '\n' {
		i-- // as in fieldEnd
	}
	f.tape[1] = uint16(i)
	f.start = i + 2
}

// fieldEnd notes the line end at i of the field line whose colon was noted last.
func (f *FieldSection) fieldEnd(b []byte, i int) {
	end := i
	if b[i] == '\n' {
		end-- // as if a CR stood before it: the next line starts at end+2
	}
	k := f.lines
	f.lines++
	if k >= tapeLines || i > 0xFFFF || len(f.wide) > 0 {
		f.widen(k)
		f.wide = append(f.wide, FieldLine{
			Name:  Span{uint32(f.start), uint32(f.colon - f.start)},
			Value: trimmed(b, f.colon+1, i),
			ID:    f.id,
		})
		f.start = end + 2
		return
	}
	f.tape[2*k+2], f.tape[2*k+3], f.ids[k] = uint16(f.colon), uint16(end), f.id
	if v := f.colon + 2; v < i && b[i] == '\r' && b[v-1] == ' ' && octets[b[v]]&isWSP == 0 && octets[b[i-1]]&isWSP == 0 {
		f.odd[k/64] &^= 1 << (k % 64)
	} else {
		t := trimmed(b, f.colon+1, i)
		f.trim[k].off, f.trim[k].len = uint16(t.Off), uint16(t.Len)
		f.odd[k/64] |= 1 << (k % 64)
	}
	f.start = end + 2
}

// widen moves the k lines on the tape to the slice, unless they are there.
func (f *FieldSection) widen(k int) {
	if len(f.wide) > 0 {
		return
	}
	lines := f.wide[:0]
	for i := range k {
		lines = append(lines, f.Line(i))
	}
	f.wide = lines
}

// fold takes the line end before i back: the field line goes on (RFC 9112 §5.2:
// replace each obs-fold with spaces).
func (f *FieldSection) fold(b []byte, i int) {
	b[i-1] = ' '
	if b[i-2] == '\r' {
		b[i-2] = ' '
	}
	f.lines--
	last := f.Line(f.lines)
	f.start, f.colon, f.id = int(last.Name.Off), last.Name.End(), last.ID
	if len(f.wide) > 0 {
		f.wide = f.wide[:f.lines]
	}
}
