package golang

import (
	"fmt"

	. "github.com/dave/jennifer/jen"

	"github.com/h1wire/h1wire/gen/spec"
)

// Methods emits Method, its names and MethodOf.
func Methods() ([]byte, error) {
	names := make([]string, len(spec.Methods))
	var safe, idempotent uint64
	for i, m := range spec.Methods {
		names[i] = m.Name
		if m.Safe {
			safe |= 1 << (i + 1)
		}
		if m.Idempotent {
			idempotent |= 1 << (i + 1)
		}
	}
	p, err := hash(names, 0)
	if err != nil {
		return nil, err
	}
	f := newFile()
	f.Comment("Method is a method of the IANA HTTP Method Registry (RFC 9110 §16.1).")
	f.Type().Id("Method").Uint8()
	f.Line()
	f.Const().DefsFunc(func(g *Group) {
		g.Id("MethodOther").Id("Method").Op("=").Iota().Comment("a token that is not registered")
		for _, m := range spec.Methods {
			g.Id("Method" + m.Go).Comment(m.Section)
		}
	})
	f.Line()
	f.Comment("methodNames holds the names as they stand on the wire.")
	f.Var().Id("methodNames").Op("=").Index(Op("...")).String().ValuesFunc(func(g *Group) {
		for _, m := range spec.Methods {
			g.Line().Id("Method" + m.Go).Op(":").Lit(m.Name)
		}
		g.Line()
	})
	f.Line()
	f.Comment("safeMethods and idempotentMethods have bit m set for method m.")
	f.Const().Defs(
		Id("safeMethods").Op("=").Op(fmt.Sprintf("%#x", safe)),
		Id("idempotentMethods").Op("=").Op(fmt.Sprintf("%#x", idempotent)),
	)
	f.Line()
	f.Comment("String returns m's name, or \"\" for MethodOther.")
	f.Func().Params(Id("m").Id("Method")).Id("String").Params().String().Block(
		If(Int().Call(Id("m")).Op("<").Len(Id("methodNames"))).Block(Return(Id("methodNames").Index(Id("m")))),
		Return(Lit("")),
	)
	f.Line()
	f.Comment("Safe reports whether m asks for nothing but an answer (RFC 9110 §9.2.1).")
	f.Func().Params(Id("m").Id("Method")).Id("Safe").Params().Bool().Block(
		Return(Uint64().Call(Id("safeMethods")).Op(">>").Id("m").Op("&").Lit(1).Op("!=").Lit(0)),
	)
	f.Line()
	f.Comment("Idempotent reports whether doing m twice is as doing it once (RFC 9110 §9.2.2).")
	f.Func().Params(Id("m").Id("Method")).Id("Idempotent").Params().Bool().Block(
		Return(Uint64().Call(Id("idempotentMethods")).Op(">>").Id("m").Op("&").Lit(1).Op("!=").Lit(0)),
	)
	f.Line()
	slots(f, "method", "Method", p, func(i int) string { return "Method" + spec.Methods[i].Go })
	f.Comment("MethodOf returns the method called name, MethodOther when none is. Methods are")
	f.Comment("case-sensitive (RFC 9110 §9.1).")
	f.Func().Id("MethodOf").Types(Id("B").Index().Byte().Op("|").String()).Params(Id("name").Id("B")).Id("Method").Block(
		Id("n").Op(":=").Len(Id("name")),
		If(Id("n").Op("<").Lit(p.min).Op("||").Id("n").Op(">").Lit(p.max)).Block(Return(Id("MethodOther"))),
		Id("m").Op(":=").Id("methodSlots").Index(p.slot()),
		If(String().Call(Id("name")).Op("!=").Id("methodNames").Index(Id("m"))).Block(Return(Id("MethodOther"))),
		Return(Id("m")),
	)
	return render(f)
}

// Fields emits FieldID, its names and FieldOf.
func Fields() ([]byte, error) {
	if len(spec.Fields) > 31 {
		return nil, fmt.Errorf("%d field names do not fit a set of 32 bits", len(spec.Fields))
	}
	names := make([]string, len(spec.Fields))
	for i, n := range spec.Fields {
		names[i] = n.Name
	}
	p, err := hash(names, 0x20)
	if err != nil {
		return nil, err
	}
	f := newFile()
	f.Comment("FieldID is a field name that framing, routing or the connection layer asks for.")
	f.Type().Id("FieldID").Uint8()
	f.Line()
	f.Const().DefsFunc(func(g *Group) {
		g.Id("FieldOther").Id("FieldID").Op("=").Iota().Comment("any other name")
		for _, n := range spec.Fields {
			g.Id("Field" + n.Go).Comment(n.Section)
		}
		g.Id("fieldIDs").Comment("how many there are, FieldOther included")
	})
	f.Line()
	f.Comment("notInTrailer has bit id set for each field that RFC 9110 §6.5.1 keeps out of")
	f.Comment("trailer sections.")
	f.Const().Id("notInTrailer").Id("fieldSet").Op("=").Do(func(s *Statement) {
		first := true
		for _, n := range spec.Fields {
			if !n.NotInTrailer {
				continue
			}
			if !first {
				s.Op("|").Line()
			}
			s.Lit(1).Op("<<").Id("Field" + n.Go)
			first = false
		}
	})
	f.Line()
	f.Comment("fieldNames holds the names as the RFCs write them.")
	f.Var().Id("fieldNames").Op("=").Index(Op("...")).String().ValuesFunc(func(g *Group) {
		for _, n := range spec.Fields {
			g.Line().Id("Field" + n.Go).Op(":").Lit(n.Name)
		}
		g.Line()
	})
	f.Line()
	f.Comment("String returns the name as its RFC writes it, or \"\" for FieldOther.")
	f.Func().Params(Id("id").Id("FieldID")).Id("String").Params().String().Block(
		If(Int().Call(Id("id")).Op("<").Len(Id("fieldNames"))).Block(Return(Id("fieldNames").Index(Id("id")))),
		Return(Lit("")),
	)
	f.Line()
	slots(f, "field", "FieldID", p, func(i int) string { return "Field" + spec.Fields[i].Go })
	f.Comment("FieldOf returns the FieldID of name in any case, FieldOther when it has none.")
	f.Comment("name must be a token (RFC 9110 §5.6.2).")
	f.Func().Id("FieldOf").Types(Id("B").Index().Byte().Op("|").String()).Params(Id("name").Id("B")).Id("FieldID").Block(
		Id("n").Op(":=").Len(Id("name")),
		If(Id("n").Op("<").Lit(p.min).Op("||").Id("n").Op(">").Lit(p.max)).Block(Return(Id("FieldOther"))),
		Id("id").Op(":=").Id("fieldSlots").Index(p.slot()),
		Comment("As its RFC writes it, as most are, comparing it is cheaper."),
		If(String().Call(Id("name")).Op("!=").Id("fieldNames").Index(Id("id")).Op("&&").
			Op("!").Id("equalFold").Call(Id("name"), Id("fieldNames").Index(Id("id")))).Block(Return(Id("FieldOther"))),
		Return(Id("id")),
	)
	return render(f)
}

// slots emits the table that a perfect hash looks into.
func slots(f *File, kind, typ string, p *perfect, name func(int) string) {
	f.Comment(fmt.Sprintf("%sSlots is a perfect hash of the names: a slot holds the only one it can be.", kind))
	f.Var().Id(kind + "Slots").Op("=").Index(Lit(len(p.slots))).Id(typ).ValuesFunc(func(g *Group) {
		for s, i := range p.slots {
			if i > 0 {
				g.Line().Lit(s).Op(":").Id(name(i - 1))
			}
		}
		g.Line()
	})
	f.Line()
}
