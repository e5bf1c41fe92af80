package parser

// table is one automaton of the grammar as the generator emits it. Rows and
// columns are 32 so that an index of five bits needs no bounds check.
type table struct {
	class [256]uint8 // octets of one class are alike in every state
	// loop holds, for each state that an octet set leads back to itself, that
	// set: a scanner runs over it without a step an octet.
	loop   [32]octetSet
	step   [32][32]step // by state and class
	expect [32]ErrorCode
	// instead lists the octets whose error is not their state's.
	instead []instead
	// leave lists the guarded steps, and which lenience each needs.
	leave []leave
}

// step is what an octet does: the state after it in the low bits, an action, and
// flags. The zero step is no way on.
type step uint16

const (
	stateBits step = 31
	actions   step = 15 << 8

	way     step = 1 << 15
	guarded step = 1 << 14 // only with leave
)

// Actions, taken at the octet of the step.
const (
	doMark0   step = (1 + iota) << 8 // note a position in the start line
	doMark1                          // likewise
	doMark2                          // likewise
	doField                          // a field line begins
	doNameEnd                        // the colon of a field line
	doLineEnd                        // the line end of a start line or field line
	doFold                           // the line before goes on (obs-fold)
	doDigit                          // a digit of a chunk size
)

type instead struct {
	state, class uint8
	code         ErrorCode
}

type leave struct {
	state, class uint8
	need         Lenience
}

// may reports whether l gives leave for the guarded step of state at octet c.
func (t *table) may(state uint, c byte, l Lenience) bool {
	for _, g := range t.leave {
		if uint(g.state) == state && g.class == t.class[c] {
			return g.need&^l == 0
		}
	}
	return false
}

// fault is the error of octet c, which has no way on from state.
func (t *table) fault(state uint, c byte) ErrorCode {
	for _, i := range t.instead {
		if uint(i.state) == state && i.class == t.class[c] {
			return i.code
		}
	}
	return t.expect[state&31]
}
