package parser

// scan is where a section that has been read in part goes on.
type scan struct {
	pos   int       // octets that were scanned
	state uint      // of the section's table
	mark  [3]uint32 // positions in the start line
	lim   int       // the limit on field lines

	startEnd int     // the line end of the start line
	start    int     // where the field line under way starts
	colon    int     // and its colon; 0 before the first
	id       FieldID // and its name

	err Error
}

// outcome of a run of the table.
type outcome uint8

const (
	more   outcome = iota // the octets are used up
	done                  // the section is complete; pos is its length
	failed                // err says why
)

// run scans b from where the last run ended, to the end of the section, an
// error, or the end of b. It scans no octet before f.pos; what it looks at there
// is the name of a field line whose colon comes, to know it, and the edges of a
// value whose line ends. end is the table's last state.
//
// This loop, with the tables of ztables.go, is the definition of what a head or
// a trailer section is.
func (f *FieldSection) run(t *table, b []byte, end uint, l Lenience) outcome {
	i, s := f.pos, f.state
	for i < len(b) {
		if set := t.loop[s&31]; set != 0 {
			for octets[b[i]]&set != 0 {
				if i++; i == len(b) {
					f.pos, f.state = i, s
					return more
				}
			}
		}
		c := b[i]
		way := t.step[s&31][t.class[c]&31]
		if way&guarded != 0 && !t.may(s, c, l) || way == 0 {
			return f.fail(t.fault(s, c), i)
		}
		switch way & actions {
		case 0:
		case doNameEnd:
			if id := f.nameEnd(b, i); f.refused>>id&1 != 0 {
				return f.fail(ErrTrailerField, i)
			}
		case doLineEnd:
			f.lineEnd(b, i)
		case doField:
			if f.Len() >= f.lim {
				return f.fail(ErrTooManyFields, i)
			}
		case doFold:
			f.fold(b, i)
		case doMark0:
			f.mark[0] = uint32(i)
		case doMark1:
			f.mark[1] = uint32(i)
		case doMark2:
			f.mark[2] = uint32(i)
		}
		s = uint(way & stateBits)
		i++
		if s == end {
			f.pos, f.state = i, s
			return done
		}
	}
	f.pos, f.state = i, s
	return more
}

// fail notes an error, and that the next run starts anew.
func (f *FieldSection) fail(code ErrorCode, offset int) outcome {
	f.err = Error{code, offset}
	f.pos, f.state = 0, 0
	return failed
}
