package automaton

import (
	"fmt"
	"slices"

	"github.com/h1wire/h1wire/gen/spec"
)

// Machine is a deterministic automaton. State 0 is the start unless its states
// are named; see Start.
type Machine struct {
	Name   string
	Start  int
	States []State
}

// State is one state of a [Machine].
type State struct {
	Name   string // from the spec; empty in a machine without named states
	Accept bool
	Next   [256]Step
	// Expect is the error of each octet that has no way on, and of a way on
	// that lacks its leave.
	Expect [256]string
}

// Step is what one octet does in one state.
type Step struct {
	To      int // -1: no way on
	Actions string
	Guard   string // leniences that this step needs, or ""
}

// none is the step that leads nowhere.
var none = Step{To: -1}

// Compile builds the smallest automaton of m with every lenience in it, each
// behind its guard, and names its states.
func Compile(g *Grammar, m *spec.Machine) (*Machine, error) {
	a, err := compile(g, m, func(string) bool { return true })
	if err != nil {
		return nil, fmt.Errorf("machine %s: %w", m.Name, err)
	}
	if err := a.name(g, m); err != nil {
		return nil, fmt.Errorf("machine %s: %w", m.Name, err)
	}
	return a, nil
}

// Language builds the smallest automaton of what m accepts when the leniences
// that grant allows, and no others, are part of the grammar.
func Language(g *Grammar, m *spec.Machine, grant func(lenience string) bool) (*Machine, error) {
	return compile(g, m, grant)
}

func compile(g *Grammar, m *spec.Machine, grant func(string) bool) (*Machine, error) {
	n := &nfa{}
	start, end := n.state(), n.state()
	b := &builder{nfa: n, grammar: g, machine: m, grant: grant}
	if err := b.rule(m.Start, start, end); err != nil {
		return nil, err
	}
	a, err := determine(n, start, end)
	if err != nil {
		return nil, err
	}
	a.Name = m.Name
	if err := a.live(); err != nil {
		return nil, err
	}
	if !m.Anchored {
		if err := a.prefixFree(); err != nil {
			return nil, err
		}
	}
	return a.minimize(), nil
}

// determine is the subset construction. It refuses an octet after which the
// ways that are open disagree about marks or guards.
func determine(n *nfa, start, end int) (*Machine, error) {
	a := &Machine{}
	index := map[string]int{}
	var sets [][]int
	add := func(set []int) int {
		key := fmt.Sprint(set)
		i, ok := index[key]
		if !ok {
			i = len(sets)
			index[key] = i
			sets = append(sets, set)
			a.States = append(a.States, State{})
		}
		return i
	}
	add([]int{start})
	alike := n.alike()
	for i := 0; i < len(sets); i++ {
		ways := n.closure(sets[i])
		for _, r := range ways {
			if r.state == end {
				a.States[i].Accept = true
			}
		}
		for c, like := range alike {
			if like < c {
				a.States[i].Next[c] = a.States[i].Next[like]
				continue
			}
			step, targets, err := n.step(ways, byte(c))
			if err != nil {
				return nil, fmt.Errorf("after %q, octet %q: %w", a.sample(i), byte(c), err)
			}
			if len(targets) > 0 {
				step.To = add(targets)
			}
			a.States[i].Next[c] = step
		}
	}
	return a, nil
}

// alike maps each octet to the first that no edge tells from it.
func (n *nfa) alike() [256]int {
	var sets []Set
	for _, edges := range n.octets {
		for _, e := range edges {
			if !slices.Contains(sets, e.set) {
				sets = append(sets, e.set)
			}
		}
	}
	var first [256]int
	index := map[string]int{}
	for c := range 256 {
		key := make([]byte, len(sets))
		for k, set := range sets {
			if set.Has(byte(c)) {
				key[k] = 1
			}
		}
		if _, ok := index[string(key)]; !ok {
			index[string(key)] = c
		}
		first[c] = index[string(key)]
	}
	return first
}

// step gathers the octet edges for c.
func (n *nfa) step(ways []reach, c byte) (Step, []int, error) {
	step := none
	var targets []int
	for _, r := range ways {
		for _, e := range n.octets[r.state] {
			if !e.set.Has(c) {
				continue
			}
			switch {
			case len(targets) == 0:
				step.Actions, step.Guard = r.marks, r.guards
			case step.Actions != r.marks:
				return none, nil, fmt.Errorf("ambiguous: do [%s] or [%s]", step.Actions, r.marks)
			case step.Guard != r.guards:
				return none, nil, fmt.Errorf("ambiguous: needs leave [%s] or [%s]", step.Guard, r.guards)
			}
			if !slices.Contains(targets, e.to) {
				targets = append(targets, e.to)
			}
		}
	}
	slices.Sort(targets)
	return step, targets, nil
}

// live refuses states from which no end can be reached.
func (a *Machine) live() error {
	alive := make([]bool, len(a.States))
	for changed := true; changed; {
		changed = false
		for i, s := range a.States {
			if alive[i] {
				continue
			}
			ok := s.Accept
			for c := 0; c < 256 && !ok; c++ {
				ok = s.Next[c].To >= 0 && alive[s.Next[c].To]
			}
			if ok {
				alive[i], changed = true, true
			}
		}
	}
	for i, ok := range alive {
		if !ok {
			return fmt.Errorf("after %q no end can be reached: dead state", a.sample(i))
		}
	}
	return nil
}

// prefixFree refuses an end after which it could go on: a reader of a stream
// could not tell whether to wait.
func (a *Machine) prefixFree() error {
	for i, s := range a.States {
		for c := 0; s.Accept && c < 256; c++ {
			if s.Next[c].To >= 0 {
				return fmt.Errorf("after %q it may end or go on with %q: ambiguous end", a.sample(i), byte(c))
			}
		}
	}
	return nil
}
