package automaton

import (
	"fmt"
	"strings"

	"github.com/h1wire/h1wire/gen/spec"
)

// Check refuses a grammar that contradicts itself: a class whose ranges are not
// the octets of its rule, a rule that no machine and no class needs, an error
// that is not there.
func Check(g *Grammar, classes []spec.Class, machines []spec.Machine, errors []spec.Error) error {
	var roots []string
	for _, c := range classes {
		want, err := g.Set(c.Rule)
		if err != nil {
			return fmt.Errorf("class %s: %w", c.Name, err)
		}
		var have Set
		for _, r := range c.Ranges {
			have.Add(r.Lo, r.Hi)
		}
		if have != want {
			return fmt.Errorf("class %s: its ranges are %s, but rule %s is %s", c.Name, have, c.Rule, want)
		}
		roots = append(roots, c.Rule)
	}
	known := map[string]bool{"": true}
	for _, e := range errors {
		known[e.Go] = true
	}
	for _, m := range machines {
		roots = append(roots, m.Start)
		for _, s := range m.States {
			for _, e := range append([]spec.Instead{{Error: s.Expect}}, s.Insteads...) {
				if !known[e.Error] {
					return fmt.Errorf("machine %s, state %s: there is no error %s", m.Name, s.Name, e.Error)
				}
			}
		}
	}
	for lenience, e := range g.refusals {
		if !known[e] {
			return fmt.Errorf("lenience %s: there is no error %s", lenience, e)
		}
	}
	if unused := g.Unused(roots); len(unused) > 0 {
		return fmt.Errorf("unreachable rules: %s", strings.Join(unused, ", "))
	}
	return nil
}
