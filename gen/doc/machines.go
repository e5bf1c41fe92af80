package doc

import (
	"fmt"
	"strings"

	"github.com/h1wire/h1wire/gen/automaton"
	"github.com/h1wire/h1wire/gen/spec"
)

// machines draws each automaton and lists the errors of its states.
func (p *page) machines(g *automaton.Grammar) error {
	p.line("\n## Automata")
	for i := range spec.Machines {
		m := &spec.Machines[i]
		p.line("\n### %s\n", m.Name)
		if len(m.States) == 0 {
			p.line("Reads %s: %s. Its states have no names.", m.Start, m.Doc)
			continue
		}
		a, err := automaton.Compile(g, m)
		if err != nil {
			return err
		}
		p.line("The smallest automaton of %s (%s) has %d states.", m.Start, m.Doc, len(a.States))
		p.line("An edge names the octets, what the scanner does at them (see `Machines` in gen/spec),")
		p.line("and which lenience it needs, if one.")
		p.line("\n```mermaid\nstateDiagram-v2")
		p.line("    [*] --> %s", a.States[a.Start].Name)
		for i := range a.States {
			p.edges(a, i)
		}
		p.line("```\n")
		p.table("state", "after", "any other octet", "but")
		for i, s := range m.States {
			p.row(s.Name, code(fmt.Sprintf("%q", s.After)), errorName(s.Expect), exceptions(&a.States[i], s.Expect))
		}
	}
	return nil
}

// edges draws the ways on from state i, those alike as one.
func (p *page) edges(a *automaton.Machine, i int) {
	s := &a.States[i]
	if s.Accept {
		p.line("    %s --> [*]", s.Name)
	}
	for _, w := range group(s, func(c int) automaton.Step { return s.Next[c] }) {
		if w.key.To < 0 {
			continue
		}
		label := octets(w.set)
		if w.key.Actions != "" {
			label += " / " + strings.ReplaceAll(w.key.Actions, " ", ", ")
		}
		for _, guard := range strings.Fields(w.key.Guard) {
			label += " [Lenient" + guard + "]"
		}
		// These are marks of the diagram's own.
		label = strings.NewReplacer(":", "#58;", ";", "#59;", "#", "#35;", `"`, "#quot;").Replace(label)
		p.line("    %s --> %s : %s", s.Name, a.States[w.key.To].Name, label)
	}
}

// exceptions lists the octets of a state whose error is not the usual one.
func exceptions(s *automaton.State, usual string) string {
	var out []string
	for _, w := range group(s, func(c int) string {
		if s.Next[c].To >= 0 && s.Next[c].Guard == "" {
			return usual
		}
		return s.Expect[c]
	}) {
		if w.key != usual {
			out = append(out, octets(w.set)+": "+errorName(w.key))
		}
	}
	return strings.Join(out, "; ")
}

func errorName(e string) string {
	if e == "" {
		return ""
	}
	return "`Err" + e + "`"
}

// octets names a set by its rule when it has one.
func octets(s automaton.Set) string {
	for _, c := range spec.Classes {
		if setOf(c) == s {
			return c.Rule
		}
	}
	return s.String()
}

// alike is a set of octets that a state treats alike.
type alike[K comparable] struct {
	key K
	set automaton.Set
}

func group[K comparable](s *automaton.State, key func(c int) K) []alike[K] {
	var out []alike[K]
	for c := range s.Next {
		k, i := key(c), 0
		for i < len(out) && out[i].key != k {
			i++
		}
		if i == len(out) {
			out = append(out, alike[K]{key: k})
		}
		out[i].set.Add(byte(c), byte(c))
	}
	return out
}
