package golang

import (
	"fmt"
	"sort"
	"strings"

	. "github.com/dave/jennifer/jen"

	"github.com/h1wire/h1wire/gen/automaton"
	"github.com/h1wire/h1wire/gen/spec"
)

// emitScanner emits an automaton as a function: a label for each state, a span
// loop where a state leads back to itself, a case for each way on.
func emitScanner(f *File, m *spec.Machine, a *automaton.Machine) error {
	class, members, err := classesOf(a)
	if err != nil {
		return err
	}
	emitStates(f, m, a)
	name := "scan" + title(a.Name)
	comment(f, fmt.Sprintf("%s reads %s on from where f stands, through b. Its states are labels; whatever has no way on from one is a fault, and at the end of b it notes where to go on.", name, m.Doc))
	var bad error
	f.Func().Params(Id("f").Op("*").Id("FieldSection")).Id(name).Params(
		Id("b").Index().Byte(), Id("l").Id("Lenience"),
	).Id("outcome").BlockFunc(func(g *Group) {
		g.List(Id("i"), Id("n"), Id("s")).Op(":=").List(Uint().Call(Id("f").Dot("pos")), Uint().Call(Len(Id("b"))), Id("f").Dot("state"))
		g.Switch(Id("s")).BlockFunc(func(g *Group) {
			for i, s := range a.States {
				if i != a.Start && !s.Accept {
					g.Case(Id(stateName(a, i))).Goto().Id(label(a, i))
				}
			}
		})
		for _, i := range startFirst(a) {
			if err := emitState(g, m, a, i); err != nil {
				bad = err
			}
		}
		g.Line()
		g.Id("more").Op(":")
		g.List(Id("f").Dot("pos"), Id("f").Dot("state")).Op("=").List(Int().Call(Id("i")), Id("s"))
		g.Return(Id("more"))
		g.Line()
		g.Id("fault").Op(":")
		g.Return(Id("f").Dot("fail").Call(Id(a.Name+"Faults").Dot("of").Call(Id("s"), Id("b").Index(Id("i"))), Int().Call(Id("i"))))
	})
	f.Line()
	emitFaults(f, m, a, class, members)
	return bad
}

// startFirst orders the states that are not the end, the start before all.
func startFirst(a *automaton.Machine) []int {
	order := []int{a.Start}
	for i, s := range a.States {
		if i != a.Start && !s.Accept {
			order = append(order, i)
		}
	}
	return order
}

// emitState emits the code of state i.
func emitState(g *Group, m *spec.Machine, a *automaton.Machine, i int) error {
	g.Line()
	if i != a.Start || entered(a, i) {
		g.Id(label(a, i)).Op(":").Comment(fmt.Sprintf("after %q", m.States[i].After))
	}
	if class, ok := loop(a, i); ok {
		g.Add(spanLoop(class))
	}
	g.Add(wordsFirst(a, i)...)
	g.If(Id("i").Op(">=").Id("n")).Block(Id("s").Op("=").Id(stateName(a, i)), Goto().Id("more"))
	var tests []Code
	var bodies [][]Code
	for _, w := range waysOf(a, i) {
		condition, err := test(w.set)
		if err != nil {
			return fmt.Errorf("state %s: %w", stateName(a, i), err)
		}
		for _, guard := range strings.Fields(w.step.Guard) {
			condition = condition.Op("&&").Id("l").Op("&").Id("Lenient" + guard).Op("!=").Lit(0)
		}
		body, err := wayOn(a, w.step)
		if err != nil {
			return fmt.Errorf("state %s: %w", stateName(a, i), err)
		}
		tests, bodies = append(tests, condition), append(bodies, body)
	}
	c := Id("c").Op(":=").Id("b").Index(Id("i"))
	if len(tests) == 1 {
		g.If(c, tests[0]).Block(bodies[0]...)
	} else {
		g.Switch(c, Empty()).BlockFunc(func(g *Group) {
			for k, t := range tests {
				g.Case(t).Block(bodies[k]...)
			}
		})
	}
	g.Id("s").Op("=").Id(stateName(a, i))
	g.Goto().Id("fault")
	return nil
}

// wayOn is the code of a step that is taken.
func wayOn(a *automaton.Machine, t automaton.Step) ([]Code, error) {
	var code []Code
	for _, action := range strings.Fields(t.Actions) {
		if actionCode[action] == nil {
			return nil, fmt.Errorf("no code for action %s", action)
		}
		code = append(code, actionCode[action])
	}
	code = append(code, Id("i").Op("++"))
	if a.States[t.To].Accept {
		return append(code, Id("f").Dot("pos").Op("=").Int().Call(Id("i")), Return(Id("done"))), nil
	}
	return append(code, Goto().Id(label(a, t.To))), nil
}

// wordStart is the function that reads a whole start line of a machine, if there
// is one, and wordsRefused the set of fields that a machine refuses.
var (
	wordStart    = map[string]string{"request": "requestLine", "response": "statusLine"}
	wordsRefused = map[string]Code{"request": Lit(0), "response": Lit(0), "trailer": Id("notInTrailer")}
)

// wordsFirst is the code by which a state leaves whole lines to the functions that
// read a word at a time: where the start line begins, and where a field line
// may begin. What those do not read, the state does.
func wordsFirst(a *automaton.Machine, i int) []Code {
	if start := wordStart[a.Name]; start != "" && i == a.Start {
		return []Code{If(Id("active").Op(">=").Id("kernelWords")).Block(
			If(Id("j").Op(":=").Id("f").Dot(start).Call(Id("b")), Id("j").Op(">").Lit(0)).Block(
				Id("i").Op("=").Id("j"), Goto().Id("atFirstField"),
			),
		)}
	}
	for _, w := range waysOf(a, i) {
		if w.step.Actions != "field" {
			continue
		}
		return []Code{If(Id("active").Op(">=").Id("kernelWords")).Block(
			Id("j").Op(":=").Id("f").Dot("fieldLines").Call(Id("b"), Id("i"), wordsRefused[a.Name]),
			If(Id("j").Op(">").Id("i")).Block(Id("i").Op("=").Id("j"), Goto().Id("atField")),
		)}
	}
	return nil
}

// actionCode is what a scanner does for each action of the spec, at octet i of b.
var actionCode = map[string]Code{
	"mark0":       Id("f").Dot("mark").Index(Lit(0)).Op("=").Uint32().Call(Id("i")),
	"mark1":       Id("f").Dot("mark").Index(Lit(1)).Op("=").Uint32().Call(Id("i")),
	"mark2":       Id("f").Dot("mark").Index(Lit(2)).Op("=").Uint32().Call(Id("i")),
	"lineEnd":     Id("f").Dot("lineEnd").Call(Id("b"), Int().Call(Id("i"))),
	"nameEnd":     Id("f").Dot("nameEnd").Call(Id("b"), Int().Call(Id("i"))),
	"fieldEnd":    Id("f").Dot("fieldEnd").Call(Id("b"), Int().Call(Id("i"))),
	"fold":        Id("f").Dot("fold").Call(Id("b"), Int().Call(Id("i"))),
	"field":       If(Id("f").Dot("lines").Op(">=").Id("f").Dot("lim")).Block(Return(Id("f").Dot("fail").Call(Id("ErrTooManyFields"), Int().Call(Id("i"))))),
	"trailerName": If(Id("notInTrailer").Op(">>").Id("f").Dot("nameEnd").Call(Id("b"), Int().Call(Id("i"))).Op("&").Lit(1).Op("!=").Lit(0)).Block(Return(Id("f").Dot("fail").Call(Id("ErrTrailerField"), Int().Call(Id("i"))))),
}

// spanLoop runs over the octets of a class.
func spanLoop(class spec.Class) Code {
	if class.Long {
		return Id("i").Op("+=").Id("run").Call(Id("b").Index(Id("i"), Empty()), Id("is"+class.Name))
	}
	return For(Id("i").Op("<").Id("n").Op("&&").Id("octets").Index(Id("b").Index(Id("i"))).Op("&").Id("is" + class.Name).Op("!=").Lit(0)).Block(Id("i").Op("++"))
}

// ways is a set of octets that do the same.
type ways struct {
	set  automaton.Set
	step automaton.Step
}

// waysOf lists the ways on from state i, the widest first, but for the span loop.
func waysOf(a *automaton.Machine, i int) []ways {
	var out []ways
	_, looped := loop(a, i)
	for c, t := range a.States[i].Next {
		if t.To < 0 || looped && t.To == i && t.Actions == "" && t.Guard == "" {
			continue
		}
		k := 0
		for k < len(out) && out[k].step != t {
			k++
		}
		if k == len(out) {
			out = append(out, ways{step: t})
		}
		out[k].set.Add(byte(c), byte(c))
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].set.Len() > out[j].set.Len() })
	return out
}

// test is the condition that octet c is in a set: by the class table, or by
// comparing.
func test(set automaton.Set) (*Statement, error) {
	for _, class := range spec.Classes {
		if set == setOf(class.Ranges) && set.Len() > 1 {
			return Id("octets").Index(Id("c")).Op("&").Id("is" + class.Name).Op("!=").Lit(0), nil
		}
	}
	r := set.Ranges()
	if len(r) > 1 {
		return nil, fmt.Errorf("no class is the set %s: name it in the spec", set)
	}
	if r[0][0] == r[0][1] {
		return Id("c").Op("==").LitRune(rune(r[0][0])), nil
	}
	return Id("c").Op(">=").LitRune(rune(r[0][0])).Op("&&").Id("c").Op("<=").LitRune(rune(r[0][1])), nil
}

// entered reports whether any way leads to state i.
func entered(a *automaton.Machine, i int) bool {
	for _, s := range a.States {
		for _, t := range s.Next {
			if t.To == i {
				return true
			}
		}
	}
	return false
}

// label is the label of state i: its name, as an identifier of its own.
func label(a *automaton.Machine, i int) string {
	return "at" + a.States[i].Name
}

func title(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
