package automaton

import (
	"fmt"
	"strings"

	"github.com/h1wire/h1wire/gen/spec"
)

// Grammar is a set of parsed rules.
type Grammar struct {
	rules     map[string]Expr
	order     []string
	leniences map[string]string // rule → the lenience it needs
	refusals  map[string]string // lenience → the error without it
}

// NewGrammar parses rules. Two of one name are refused, and so is a lenience
// without its rule.
func NewGrammar(rules []spec.Rule, leniences []spec.Lenience) (*Grammar, error) {
	g := &Grammar{rules: map[string]Expr{}, leniences: map[string]string{}, refusals: map[string]string{}}
	for _, r := range rules {
		e, err := ParseABNF(r.Text)
		if err != nil {
			return nil, fmt.Errorf("rule %s: %w", r.Name, err)
		}
		if g.rules[r.Name] != nil {
			return nil, fmt.Errorf("rule %s is defined twice", r.Name)
		}
		g.rules[r.Name] = e
		g.order = append(g.order, r.Name)
	}
	for _, l := range leniences {
		if g.rules[l.Rule] == nil {
			return nil, fmt.Errorf("lenience %s: rule %s is not defined", l.Go, l.Rule)
		}
		g.leniences[l.Rule] = l.Go
		g.refusals[l.Go] = l.Error
	}
	return g, nil
}

// Set returns the octets of a rule that matches exactly one octet.
func (g *Grammar) Set(rule string) (Set, error) {
	s, ok := g.set(Ref(rule), 0)
	if !ok {
		return Set{}, fmt.Errorf("rule %s is not a set of single octets", rule)
	}
	return s, nil
}

func (g *Grammar) set(e Expr, depth int) (s Set, ok bool) {
	if depth > 32 {
		return s, false
	}
	switch e := e.(type) {
	case Octets:
		return e.Set, true
	case Ref:
		if g.rules[string(e)] == nil {
			return s, false
		}
		return g.set(g.rules[string(e)], depth+1)
	case Seq:
		if len(e) == 1 {
			return g.set(e[0], depth+1)
		}
	case Alt:
		for _, part := range e {
			t, ok := g.set(part, depth+1)
			if !ok {
				return s, false
			}
			for i := range s {
				s[i] |= t[i]
			}
		}
		return s, true
	}
	return s, false
}

// Unused lists the rules that none of the roots needs.
func (g *Grammar) Unused(roots []string) []string {
	used := map[string]bool{}
	var walk func(Expr)
	walk = func(e Expr) {
		switch e := e.(type) {
		case Ref:
			if !used[string(e)] {
				used[string(e)] = true
				walk(g.rules[string(e)])
			}
		case Seq:
			for _, part := range e {
				walk(part)
			}
		case Alt:
			for _, part := range e {
				walk(part)
			}
		case Repeat:
			walk(e.Of)
		}
	}
	for _, r := range roots {
		walk(Ref(r))
	}
	var out []string
	for _, r := range g.order {
		if !used[r] {
			out = append(out, r)
		}
	}
	return out
}

func split(words string) []string { return strings.Fields(words) }
