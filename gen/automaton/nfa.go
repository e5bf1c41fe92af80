package automaton

import (
	"fmt"
	"slices"

	"github.com/h1wire/h1wire/gen/spec"
)

// nfa is Thompson's construction. Free edges (that read nothing) carry marks
// and guards; whatever lies between an octet edge and the next belongs to the
// next, for a scanner knows that a rule has begun, or ended, by the octet that
// follows.
type nfa struct {
	free   [][]freeEdge
	octets [][]octetEdge
}

type freeEdge struct {
	to          int
	mark, guard string
}

type octetEdge struct {
	set Set
	to  int
}

func (n *nfa) state() int {
	n.free = append(n.free, nil)
	n.octets = append(n.octets, nil)
	return len(n.free) - 1
}

func (n *nfa) join(from, to int, mark, guard string) {
	n.free[from] = append(n.free[from], freeEdge{to, mark, guard})
}

// builder expands rules into an nfa.
type builder struct {
	nfa     *nfa
	grammar *Grammar
	machine *spec.Machine
	grant   func(lenience string) bool
	under   []string // rules being expanded
}

// rule expands a rule between two states.
func (b *builder) rule(name string, from, to int) error {
	e, ok := b.grammar.rules[name]
	if !ok {
		return fmt.Errorf("rule %s is not defined", name)
	}
	if slices.Contains(b.under, name) {
		return fmt.Errorf("rule %s recurs: it is not regular", name)
	}
	guard := b.grammar.leniences[name]
	if guard != "" && !b.grant(guard) {
		return nil // no way through
	}
	b.under = append(b.under, name)
	defer func() { b.under = b.under[:len(b.under)-1] }()
	first, last := from, to
	for _, m := range b.machine.Marks {
		if m.Rule != name {
			continue
		}
		s := b.nfa.state()
		if m.End {
			b.nfa.join(s, last, m.Action, "")
			last = s
		} else {
			b.nfa.join(first, s, m.Action, "")
			first = s
		}
	}
	if guard != "" {
		s := b.nfa.state()
		b.nfa.join(first, s, "", guard)
		first = s
	}
	return b.expr(e, first, last)
}

// expr expands an expression between two states.
func (b *builder) expr(e Expr, from, to int) error {
	switch e := e.(type) {
	case Octets:
		b.nfa.octets[from] = append(b.nfa.octets[from], octetEdge{e.Set, to})
		return nil
	case Ref:
		// Fresh ends keep loops of the surroundings out of the rule.
		first, last := b.nfa.state(), b.nfa.state()
		b.nfa.join(from, first, "", "")
		b.nfa.join(last, to, "", "")
		return b.rule(string(e), first, last)
	case Seq:
		for _, part := range e {
			next := b.nfa.state()
			if err := b.expr(part, from, next); err != nil {
				return err
			}
			from = next
		}
		b.nfa.join(from, to, "", "")
		return nil
	case Alt:
		for _, part := range e {
			first := b.nfa.state()
			b.nfa.join(from, first, "", "")
			if err := b.expr(part, first, to); err != nil {
				return err
			}
		}
		return nil
	case Repeat:
		return b.repeat(e, from, to)
	default:
		return fmt.Errorf("unknown expression %T", e)
	}
}

func (b *builder) repeat(e Repeat, from, to int) error {
	for range e.Min {
		next := b.nfa.state()
		if err := b.expr(e.Of, from, next); err != nil {
			return err
		}
		from = next
	}
	if e.Max < 0 {
		loop := b.nfa.state()
		b.nfa.join(from, loop, "", "")
		b.nfa.join(loop, to, "", "")
		return b.expr(e.Of, loop, loop)
	}
	for range e.Max - e.Min {
		b.nfa.join(from, to, "", "")
		next := b.nfa.state()
		if err := b.expr(e.Of, from, next); err != nil {
			return err
		}
		from = next
	}
	b.nfa.join(from, to, "", "")
	return nil
}

// reach is an nfa state with octet edges, or the end, and what lies on the way
// to it.
type reach struct {
	state  int
	marks  string // actions in order, joined by spaces
	guards string
}

// closure lists what can be reached from states without reading.
func (n *nfa) closure(states []int) []reach {
	var out []reach
	seen := map[reach]bool{}
	var walk func(r reach)
	walk = func(r reach) {
		if seen[r] {
			return
		}
		seen[r] = true
		out = append(out, r)
		for _, e := range n.free[r.state] {
			walk(reach{e.to, plus(r.marks, e.mark), plus(r.guards, e.guard)})
		}
	}
	for _, s := range states {
		walk(reach{state: s})
	}
	return out
}

// plus appends a word that is not there yet.
func plus(words, w string) string {
	switch {
	case w == "" || slices.Contains(split(words), w):
		return words
	case words == "":
		return w
	}
	return words + " " + w
}
