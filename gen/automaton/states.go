package automaton

import (
	"fmt"

	"github.com/h1wire/h1wire/gen/spec"
)

// name gives every state the name and the errors that the spec has for it. The
// spec tells states apart by an input that leads to each. A state that no input
// leads to, and two inputs that lead to one state, are refused: then the grammar
// is not what whoever wrote the list thought it was.
func (a *Machine) name(g *Grammar, m *spec.Machine) error {
	if len(m.States) == 0 {
		return nil
	}
	number := make([]int, len(a.States)) // by the spec's order
	named := map[int]string{}
	for n, s := range m.States {
		at, ok := a.Run(s.After)
		if !ok {
			return fmt.Errorf("state %s: the grammar does not let %q begin anything", s.Name, s.After)
		}
		if other, taken := named[at]; taken {
			return fmt.Errorf("states %s and %s are one and the same", other, s.Name)
		}
		named[at] = s.Name
		number[at] = n
		if err := a.States[at].expect(g, s); err != nil {
			return fmt.Errorf("state %s: %w", s.Name, err)
		}
		a.States[at].Name = s.Name
	}
	for i := range a.States {
		if named[i] == "" {
			return fmt.Errorf("the state after %q has no name", a.sample(i))
		}
	}
	ordered := make([]State, len(a.States))
	for i, s := range a.States {
		for c, t := range s.Next {
			if t.To >= 0 {
				s.Next[c].To = number[t.To]
			}
		}
		ordered[number[i]] = s
	}
	a.Start, a.States = number[a.Start], ordered
	return nil
}

// expect fills in which error each octet without a way on is.
func (s *State) expect(g *Grammar, from spec.State) error {
	for c := range 256 {
		s.Expect[c] = from.Expect
		if guards := split(s.Next[c].Guard); len(guards) > 0 {
			s.Expect[c] = g.refusals[guards[0]]
		}
	}
	for _, instead := range from.Insteads {
		set, err := g.Set(instead.Set)
		if err != nil {
			return err
		}
		used := false
		for _, c := range set.Octets() {
			s.Expect[c] = instead.Error
			used = used || s.Next[c].To < 0 || s.Next[c].Guard != ""
		}
		if !used {
			return fmt.Errorf("%s never happens: all of %s has a way on", instead.Error, instead.Set)
		}
	}
	if from.Expect == "" && !s.Accept {
		return fmt.Errorf("it has no error")
	}
	return nil
}

// Run follows input from the start, every lenience granted.
func (a *Machine) Run(input string) (state int, ok bool) {
	state = a.Start
	for i := range len(input) {
		if state = a.States[state].Next[input[i]].To; state < 0 {
			return state, false
		}
	}
	return state, true
}
