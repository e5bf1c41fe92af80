package golang

import (
	"fmt"
	"strings"

	. "github.com/dave/jennifer/jen"

	"github.com/h1wire/h1wire/gen/automaton"
	"github.com/h1wire/h1wire/gen/spec"
)

// Request emits the scanner of request heads.
func Request() ([]byte, error) { return machine("request", emitScanner) }

// Response emits the scanner of response heads.
func Response() ([]byte, error) { return machine("response", emitScanner) }

// Trailer emits the scanner of trailer sections.
func Trailer() ([]byte, error) { return machine("trailer", emitScanner) }

// Chunk emits the table that chunk lines are read with.
func Chunk() ([]byte, error) {
	return machine("chunk", func(f *File, m *spec.Machine, a *automaton.Machine) error {
		class, members, err := classesOf(a)
		if err != nil {
			return err
		}
		emitStates(f, m, a)
		emitSteps(f, a, members)
		emitFaults(f, m, a, class, members)
		return nil
	})
}

// Host emits the table that a host and port are checked with.
func Host() ([]byte, error) { return machine("host", emitString) }

// machine emits the machine of that name into a file.
func machine(name string, emit func(*File, *spec.Machine, *automaton.Machine) error) ([]byte, error) {
	g, err := automaton.NewGrammar(spec.Rules, spec.Leniences)
	if err != nil {
		return nil, err
	}
	for i := range spec.Machines {
		m := &spec.Machines[i]
		if m.Name != name {
			continue
		}
		a, err := automaton.Compile(g, m)
		if err != nil {
			return nil, err
		}
		f := newFile()
		if err := emit(f, m, a); err != nil {
			return nil, err
		}
		return render(f)
	}
	return nil, fmt.Errorf("the spec has no machine %s", name)
}

// classesOf sorts octets into classes that no state of a tells apart, at most
// 32 of them for at most 32 states if those have names.
func classesOf(a *automaton.Machine) (class [256]int, members []automaton.Set, err error) {
	index := map[string]int{}
	for c := range 256 {
		var key strings.Builder
		for _, s := range a.States {
			fmt.Fprintln(&key, s.Next[c], s.Expect[c])
		}
		k := key.String()
		if _, ok := index[k]; !ok {
			index[k] = len(members)
			members = append(members, automaton.Set{})
		}
		class[c] = index[k]
		members[class[c]].Add(byte(c), byte(c))
	}
	if a.States[0].Name != "" && (len(members) > 32 || len(a.States) > 32) {
		err = fmt.Errorf("machine %s: %d states by %d classes do not fit a table of 32 by 32", a.Name, len(a.States), len(members))
	}
	return class, members, err
}

// emitStates emits the numbers of a's states.
func emitStates(f *File, m *spec.Machine, a *automaton.Machine) {
	comment(f, "States of the automaton of "+m.Start+": "+m.Doc+".")
	f.Const().DefsFunc(func(g *Group) {
		for i := range a.States {
			s := g.Id(stateName(a, i))
			if i == 0 {
				s.Op("=").Iota()
			}
			s.Comment(fmt.Sprintf("after %q", m.States[i].After))
		}
	})
	f.Line()
}

func stateName(a *automaton.Machine, i int) string { return a.Name + a.States[i].Name }

// emitFaults emits which error each octet is that has no way on.
func emitFaults(f *File, m *spec.Machine, a *automaton.Machine, class [256]int, members []automaton.Set) {
	comment(f, a.Name+"Faults says which error an octet is that has no way on. Classes of octets that no state tells apart:")
	for i, s := range members {
		f.Comment(fmt.Sprintf("%4d  %s", i, s))
	}
	f.Var().Id(a.Name + "Faults").Op("=").Id("faults").ValuesFunc(func(g *Group) {
		g.Line().Id("class").Op(":").Index(Lit(256)).Uint8().Values(rows(func(c int) int { return class[c] })...)
		g.Line().Id("expect").Op(":").Index(Lit(32)).Id("ErrorCode").ValuesFunc(func(g *Group) {
			for i, s := range m.States {
				if s.Expect != "" {
					g.Line().Id(stateName(a, i)).Op(":").Id("Err" + s.Expect)
				}
			}
			g.Line()
		})
		g.Line().Id("instead").Op(":").Index().Id("instead").ValuesFunc(func(g *Group) {
			for i, s := range a.States {
				for k, set := range members {
					c := set.Octets()[0]
					if e := s.Expect[c]; e != m.States[i].Expect && (s.Next[c].To < 0 || s.Next[c].Guard != "") {
						g.Line().Values(Id(stateName(a, i)), Lit(k), Id("Err"+e))
					}
				}
			}
			g.Line()
		})
		g.Line()
	})
	f.Line()
}

// emitSteps emits the transition table of a: one step an octet.
func emitSteps(f *File, a *automaton.Machine, members []automaton.Set) {
	comment(f, a.Name+"Steps is the automaton: what an octet of a class does in a state. The classes are those of "+a.Name+"Faults.")
	f.Var().Id(a.Name + "Steps").Op("=").Index(Lit(32)).Index(Lit(32)).Id("step").ValuesFunc(func(g *Group) {
		for i, s := range a.States {
			g.Line().Id(stateName(a, i)).Op(":").ValuesFunc(func(g *Group) {
				for k, set := range members {
					t := s.Next[set.Octets()[0]]
					if t.To < 0 {
						continue
					}
					e := Lit(k).Op(":").Id("way")
					for _, act := range strings.Fields(t.Actions) {
						e.Op("+").Id("do" + title(act))
					}
					g.Add(e.Op("+").Id(stateName(a, t.To)))
				}
			})
		}
		g.Line()
	})
	f.Line()
}

// loop returns the class with which state i leads to itself and does nothing,
// when one of the spec's classes is exactly that set.
func loop(a *automaton.Machine, i int) (spec.Class, bool) {
	var set automaton.Set
	for c, t := range a.States[i].Next {
		if t.To == i && t.Actions == "" && t.Guard == "" {
			set.Add(byte(c), byte(c))
		}
	}
	for _, class := range spec.Classes {
		if set == setOf(class.Ranges) {
			return class, true
		}
	}
	return spec.Class{}, false
}

func setOf(ranges []spec.Range) automaton.Set {
	var s automaton.Set
	for _, r := range ranges {
		s.Add(r.Lo, r.Hi)
	}
	return s
}

// emitString emits an automaton that reads a whole string: state numbers, 0 for
// none, and which states may be the last.
func emitString(f *File, m *spec.Machine, a *automaton.Machine) error {
	class, members, err := classesOf(a)
	if err != nil {
		return err
	}
	if len(a.States) > 254 {
		return fmt.Errorf("machine %s: %d states do not fit an octet", m.Name, len(a.States))
	}
	f.Comment(fmt.Sprintf("%sClass sorts octets into classes that no state tells apart; 0 has no place.", m.Name))
	f.Var().Id(m.Name + "Class").Op("=").Index(Lit(256)).Uint8().Values(rows(func(c int) int { return class[c] })...)
	f.Line()
	comment(f, fmt.Sprintf("%sStep is the smallest automaton of %s, %s: the state after a class of octet, 0 when there is none. It starts in state 1.", m.Name, m.Start, m.Doc))
	f.Var().Id(m.Name + "Step").Op("=").Index(Op("...")).Index(Lit(len(members))).Uint8().ValuesFunc(func(g *Group) {
		g.Line().Values()
		for i := range a.States {
			row := make([]string, len(members))
			for k, set := range members {
				row[k] = fmt.Sprint(a.States[i].Next[set.Octets()[0]].To + 1)
			}
			g.Line().Op("{" + strings.Join(row, ", ") + "}")
		}
		g.Line()
	})
	f.Line()
	f.Comment(fmt.Sprintf("%sEnds says whether the string may end in a state.", m.Name))
	f.Var().Id(m.Name + "Ends").Op("=").Index(Lit(len(a.States) + 1)).Bool().ValuesFunc(func(g *Group) {
		for i, s := range a.States {
			if s.Accept {
				g.Line().Lit(i + 1).Op(":").True()
			}
		}
		g.Line()
	})
	return nil
}

func hex(v int) string { return fmt.Sprintf("%#02x", v) }
