package golang

import (
	"fmt"
	"sort"
	"strings"

	. "github.com/dave/jennifer/jen" //nolint:staticcheck // see golang.go

	"github.com/h1wire/h1wire/gen/automaton"
	"github.com/h1wire/h1wire/gen/spec"
)

// Machines emits the tables of the automata whose states have names.
func Machines() ([]byte, error) {
	f := newFile()
	g, err := automaton.NewGrammar(spec.Rules, spec.Leniences)
	if err != nil {
		return nil, err
	}
	for i := range spec.Machines {
		m := &spec.Machines[i]
		if len(m.States) == 0 {
			continue
		}
		a, err := automaton.Compile(g, m)
		if err != nil {
			return nil, err
		}
		if err := emitMachine(f, m, a); err != nil {
			return nil, err
		}
	}
	return render(f)
}

// Host emits the automaton of a host and port.
func Host() ([]byte, error) {
	f := newFile()
	g, err := automaton.NewGrammar(spec.Rules, spec.Leniences)
	if err != nil {
		return nil, err
	}
	for i := range spec.Machines {
		m := &spec.Machines[i]
		if len(m.States) > 0 {
			continue
		}
		a, err := automaton.Compile(g, m)
		if err != nil {
			return nil, err
		}
		if err := emitString(f, m, a); err != nil {
			return nil, err
		}
	}
	return render(f)
}

// classesOf sorts octets into classes that no state of a tells apart.
func classesOf(a *automaton.Machine) (class [256]int, members []automaton.Set) {
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
	return class, members
}

// describe writes a set of octets for a reader.
func describe(s automaton.Set) string {
	var parts []string
	for _, r := range s.Ranges() {
		if r[0] == r[1] {
			parts = append(parts, octet(r[0]))
		} else {
			parts = append(parts, octet(r[0])+"-"+octet(r[1]))
		}
	}
	return strings.Join(parts, " ")
}

func octet(c byte) string {
	switch {
	case c == ' ':
		return "SP"
	case c == '\t':
		return "HTAB"
	case c == '\r':
		return "CR"
	case c == '\n':
		return "LF"
	case c > ' ' && c < 0x7F:
		return string(rune(c))
	}
	return fmt.Sprintf("%02X", c)
}

func emitMachine(f *File, m *spec.Machine, a *automaton.Machine) error {
	class, members := classesOf(a)
	if len(members) > 32 || len(a.States) > 32 {
		return fmt.Errorf("machine %s: %d states by %d classes do not fit a table of 32 by 32", m.Name, len(a.States), len(members))
	}
	state := func(i int) string { return m.Name + a.States[i].Name }
	f.Comment("States of " + m.Name + "Table, which reads " + m.Doc + ".")
	f.Const().DefsFunc(func(g *Group) {
		for i := range a.States {
			s := g.Id(state(i))
			if i == 0 {
				s.Op("=").Iota()
			}
			s.Comment(fmt.Sprintf("after %q", m.States[i].After))
		}
	})
	f.Line()
	comment(f, m.Name+"Table is the smallest automaton of "+m.Start+". Its classes of octets:")
	for i, s := range members {
		f.Comment(fmt.Sprintf("%4d  %s", i, describe(s)))
	}
	f.Var().Id(m.Name + "Table").Op("=").Id("table").ValuesFunc(func(g *Group) {
		g.Line().Id("class").Op(":").Index(Lit(256)).Uint8().Values(rows(func(c int) int { return class[c] })...)
		g.Line().Id("loop").Op(":").Index(Lit(32)).Id("octetSet").ValuesFunc(func(g *Group) {
			for i := range a.States {
				if name := loop(a, i); name != "" {
					g.Line().Id(state(i)).Op(":").Id("is" + name)
				}
			}
			g.Line()
		})
		g.Line().Id("step").Op(":").Index(Lit(32)).Index(Lit(32)).Id("step").ValuesFunc(func(g *Group) {
			for i, s := range a.States {
				g.Line().Id(state(i)).Op(":").ValuesFunc(func(g *Group) {
					for k, set := range members {
						t := s.Next[set.Octets()[0]]
						if t.To < 0 {
							continue
						}
						e := Lit(k).Op(":").Id("way")
						for _, act := range strings.Fields(t.Actions) {
							e.Op("|").Id("do" + strings.ToUpper(act[:1]) + act[1:])
						}
						if t.Guard != "" {
							e.Op("|").Id("guarded")
						}
						g.Add(e.Op("|").Id(state(t.To)))
					}
				})
			}
			g.Line()
		})
		g.Line().Id("expect").Op(":").Index(Lit(32)).Id("ErrorCode").ValuesFunc(func(g *Group) {
			for i, s := range m.States {
				if s.Expect != "" {
					g.Line().Id(state(i)).Op(":").Id("Err" + s.Expect)
				}
			}
			g.Line()
		})
		g.Line().Id("instead").Op(":").Index().Id("instead").ValuesFunc(func(g *Group) {
			for i, s := range a.States {
				for k, set := range members {
					c := set.Octets()[0]
					if e := s.Expect[c]; e != m.States[i].Expect && (s.Next[c].To < 0 || s.Next[c].Guard != "") {
						g.Line().Values(Id(state(i)), Lit(k), Id("Err"+e))
					}
				}
			}
			g.Line()
		})
		g.Line().Id("leave").Op(":").Index().Id("leave").ValuesFunc(func(g *Group) {
			any := false
			for i, s := range a.States {
				for k, set := range members {
					if guard := strings.Fields(s.Next[set.Octets()[0]].Guard); len(guard) > 0 {
						sort.Strings(guard)
						g.Line().Values(Id(state(i)), Lit(k), Id("Lenient"+strings.Join(guard, "|Lenient")))
						any = true
					}
				}
			}
			if any {
				g.Line()
			}
		})
		g.Line()
	})
	f.Line()
	return nil
}

// loop names the octet set with which state i leads to itself and does nothing,
// when one of the spec's classes is exactly that set.
func loop(a *automaton.Machine, i int) string {
	var set automaton.Set
	for c, t := range a.States[i].Next {
		if t.To == i && t.Actions == "" && t.Guard == "" {
			set.Add(byte(c), byte(c))
		}
	}
	for _, class := range spec.Classes {
		if set == setOf(class.Ranges) {
			return class.Name
		}
	}
	return ""
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
	class, members := classesOf(a)
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
