package parser

// scan is where a section that has been read in part goes on. The scanners of
// zrequest.go, zresponse.go and ztrailer.go, which are emitted from the grammar,
// read on from it. They read no octet a second time, but for the name of a field
// line, to know it when its colon comes, and the edges of a value, to see the
// white space when its line ends.
type scan struct {
	pos   int       // octets that were scanned
	state uint8     // of the section's automaton, or stateLines and more
	mark  [3]uint32 // positions in the start line
	lim   int       // the limit on field lines
	most  int       // octets in which waits reads on

	startEnd int     // the line end of the start line
	start    int     // where the field line under way starts; 0 in the start line
	colon    int     // where its name ends
	id       FieldID // what its name is
	unsure   bool    // a line was not good: the table goes on to the end
	settled  uint32  // positions on the tape that goOn has seen to

	err Error
}

// outcome is how a scan ends.
type outcome uint8

const (
	more   outcome = iota // the octets are used up
	done                  // the section is complete; pos is its length
	failed                // err says why
)

// fail notes an error, and that the next scan starts anew.
func (f *FieldSection) fail(code ErrorCode, offset int) outcome {
	f.err = Error{code, offset}
	f.pos = 0
	return failed
}

// faults says which error an octet is that has no way on from a state of an
// automaton, or none without the lenience that it needs.
type faults struct {
	class   [256]uint8 // octets of one class are alike in every state
	expect  [32]ErrorCode
	instead []instead // where the error is not the state's
}

type instead struct {
	state, class uint8
	code         ErrorCode
}

func (t *faults) of(state, c uint8) ErrorCode {
	for _, i := range t.instead {
		if i.state == state && i.class == t.class[c] {
			return i.code
		}
	}
	return t.expect[state&31]
}

// step is what an octet does where a table is scanned with: way, plus an action,
// plus the state after it. The zero step is no way on.
type step uint16

const (
	stateBits step = 31

	way     step = 1 << 15
	doDigit step = 1 << 8 // take a digit of a chunk size
)
