package golang

import (
	. "github.com/dave/jennifer/jen"

	"github.com/h1wire/h1wire/gen/spec"
)

// Errors emits ErrorCode and what each code stands for.
func Errors() ([]byte, error) {
	f := newFile()
	f.Comment("ErrorCode says which rule was broken. It is an error itself, so that")
	f.Comment("errors.Is(err, ErrBareLF) works on an [*Error].")
	f.Type().Id("ErrorCode").Uint8()
	f.Line()
	f.Const().DefsFunc(func(g *Group) {
		g.Id("errNone").Id("ErrorCode").Op("=").Iota()
		for _, e := range spec.Errors {
			g.Id("Err" + e.Go).Comment(e.Text + " (" + e.Section + ")")
		}
	})
	f.Line()
	f.Comment("errorTable holds text, section and status of every ErrorCode.")
	f.Var().Id("errorTable").Op("=").Index(Op("...")).Struct(
		List(Id("text"), Id("section")).String(),
		Id("status").Uint16(),
	).ValuesFunc(func(g *Group) {
		g.Line().Id("errNone").Op(":").Values(Lit("no error"), Lit(""), Lit(0))
		for _, e := range spec.Errors {
			g.Line().Id("Err"+e.Go).Op(":").Values(Lit(e.Text), Lit(e.Section), Lit(e.Status))
		}
		g.Line()
	})
	return render(f)
}

// Lenience emits the bits of Lenience.
func Lenience() ([]byte, error) {
	f := newFile()
	f.Comment("Lenience is a set of deviations from the grammar that are let through. Each")
	f.Comment("is off unless asked for, and says what it risks.")
	f.Type().Id("Lenience").Uint8()
	f.Line()
	f.Const().DefsFunc(func(g *Group) {
		for i, l := range spec.Leniences {
			comment(g, "Lenient"+l.Go+" "+l.Doc+" ("+l.Section+"). Risk: "+l.Risk+".")
			c := g.Id("Lenient" + l.Go)
			if i == 0 {
				c.Id("Lenience").Op("=").Lit(1).Op("<<").Iota()
			}
		}
	})
	return render(f)
}

// comment writes text as comment lines of at most 76 columns.
func comment(g interface{ Comment(string) *Statement }, text string) {
	for _, l := range wrap(text, 76) {
		g.Comment(l)
	}
}

// wrap breaks text at spaces into lines of at most n columns.
func wrap(text string, n int) []string {
	var lines []string
	for len(text) > n {
		i := n
		for i > 0 && text[i] != ' ' {
			i--
		}
		if i == 0 {
			break
		}
		lines, text = append(lines, text[:i]), text[i+1:]
	}
	return append(lines, text)
}
