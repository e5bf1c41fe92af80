package golang

import (
	. "github.com/dave/jennifer/jen"

	"github.com/h1wire/h1wire/gen/spec"
)

// Classes emits the class table: for each octet, the sets that it is in.
func Classes() ([]byte, error) {
	f := newFile()
	f.Comment("Sets of octets, each one bit of an entry of octets.")
	f.Const().DefsFunc(func(g *Group) {
		for i, c := range spec.Classes {
			s := g.Id("is" + c.Name)
			if i == 0 {
				s.Id("octetSet").Op("=").Lit(1).Op("<<").Iota()
			}
			s.Comment(c.Rule + ": " + c.Doc + " (" + c.Section + ")")
		}
	})
	f.Line()
	f.Comment("octetSet is a set of the sets above.")
	f.Type().Id("octetSet").Uint8()
	f.Line()
	f.Comment("octets says which sets an octet is in.")
	f.Var().Id("octets").Op("=").Index(Lit(256)).Id("octetSet").Values(rows(func(c int) int {
		v := 0
		for i, class := range spec.Classes {
			for _, r := range class.Ranges {
				if c >= int(r.Lo) && c <= int(r.Hi) {
					v |= 1 << i
				}
			}
		}
		return v
	})...)
	return render(f)
}

// rows writes 256 numbers, 16 to a line.
func rows(value func(octet int) int) []Code {
	var out []Code
	for row := range 16 {
		line := Line()
		for col := range 16 {
			if col > 0 {
				line.Op(",")
			}
			line.Op(hex(value(16*row + col)))
		}
		out = append(out, line)
	}
	return append(out, Line())
}
