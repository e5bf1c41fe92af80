package automaton

// Walker is an automaton as a test walks it: a [Machine], or the tables that
// were emitted from one.
type Walker interface {
	Begin() int
	// Walk returns the state after octet c, ok == false when there is none.
	Walk(state int, c byte) (next int, ok bool)
	Ends(state int) bool // whether the input may end here
}

// Begin is the start state.
func (a *Machine) Begin() int { return a.Start }

// Walk takes any step, whatever leave it needs.
func (a *Machine) Walk(state int, c byte) (int, bool) {
	to := a.States[state].Next[c].To
	return to, to >= 0
}

// Ends reports whether state accepts.
func (a *Machine) Ends(state int) bool { return a.States[state].Accept }

// Difference walks the product of two automata through every pair of states
// that one input can lead to, and returns a shortest input after which they
// disagree: one can go on where the other cannot, or may end there. ok is false
// when there is none: then both accept the same language, and refuse every
// wrong input at the same octet.
func Difference(a, b Walker) (witness []byte, ok bool) {
	type pair struct{ a, b int }
	type visit struct {
		pair
		from  int
		octet byte
	}
	first := pair{a.Begin(), b.Begin()}
	seen := map[pair]bool{first: true}
	visits := []visit{{first, -1, 0}}
	input := func(i int) []byte {
		var out []byte
		for ; visits[i].from >= 0; i = visits[i].from {
			out = append([]byte{visits[i].octet}, out...)
		}
		return out
	}
	for i := 0; i < len(visits); i++ {
		p := visits[i].pair
		if a.Ends(p.a) != b.Ends(p.b) {
			return input(i), true
		}
		for c := range 256 {
			x, okA := a.Walk(p.a, byte(c))
			y, okB := b.Walk(p.b, byte(c))
			if okA != okB {
				return append(input(i), byte(c)), true
			}
			next := pair{x, y}
			if okA && !seen[next] {
				seen[next] = true
				visits = append(visits, visit{next, i, byte(c)})
			}
		}
	}
	return nil, false
}
