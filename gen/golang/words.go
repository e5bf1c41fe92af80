package golang

import (
	"encoding/binary"
	"fmt"
	"strings"

	. "github.com/dave/jennifer/jen"

	"github.com/h1wire/h1wire/gen/spec"
)

// longestWord is the longest name that two words hold with the colon behind it.
const longestWord = 15

// Words emits what reading a word at a time needs: for each class that has
// Words, a function that tells its octets in a word; and the known field names as words.
func Words() ([]byte, error) {
	f := newFile()
	comment(f, "What stands in zwords.go works on eight octets at once: the first of them is the lowest of a uint64. ones has a 1 in each, so that ones*c is the octet c eight times.")
	f.Const().Id("ones").Op("=").Op("0x0101010101010101")
	f.Line()
	for _, c := range spec.Classes {
		if len(c.Words) == 0 {
			continue
		}
		if err := emitWordClass(f, c); err != nil {
			return nil, err
		}
	}
	if err := emitWordNames(f); err != nil {
		return nil, err
	}
	return render(f)
}

// emitWordClass emits the function that tells the octets of c.Words. With the high
// bit of each octet out of the way nothing carries from one to the next, and
// octet+0x80-b has its high bit set from octet b on. XOR of that for the ends of all
// ranges is set inside them.
func emitWordClass(f *File, c spec.Class) error {
	words, class := setOf(c.Words), setOf(c.Ranges)
	var high bool
	var ends []string
	for _, r := range words.Ranges() {
		switch {
		case r[0] == 0x80 && r[1] == 0xFF:
			high = true
		case r[0] == 0 || r[1] > 0x7E:
			return fmt.Errorf("class %s: words cannot tell the octets %#02x to %#02x", c.Name, r[0], r[1])
		default:
			ends = append(ends, fmt.Sprintf("(y + (0x80-%#02x)*ones)", r[0]), fmt.Sprintf("(y + (0x7F-%#02x)*ones)", r[1]))
		}
	}
	for _, octet := range words.Octets() {
		if !class.Has(octet) {
			return fmt.Errorf("class %s: octet %#02x is in Words, but not in Ranges", c.Name, octet)
		}
	}
	what := "; no octet from 80 on"
	result := Parens(Op(strings.Join(ends, "^\n"))).Op("&^").Id("x")
	if high {
		what = ""
		result = Parens(Op(strings.Join(ends, "^\n"))).Op("|").Id("x")
	}
	comment(f, fmt.Sprintf("in%s sets the high bit of each octet of x that is one of %s: of %s, what is common%s. Other bits are of no meaning.", c.Name, words, c.Rule, what))
	f.Func().Id("in"+c.Name).Params(Id("x").Uint64()).Uint64().Block(
		Id("y").Op(":=").Id("x").Op("&").Parens(Op("0x7F").Op("*").Id("ones")),
		Return(result),
	)
	f.Line()
	return nil
}

// wordName is a name in small letters as two words, with zeros behind it.
func wordName(name string) (low, high uint64) {
	var b [16]byte
	copy(b[:], name)
	for i := range name {
		b[i] |= 0x20
	}
	return binary.LittleEndian.Uint64(b[:]), binary.LittleEndian.Uint64(b[8:])
}

// emitWordNames emits a perfect hash of the field names that two words hold.
func emitWordNames(f *File) error {
	var tchar spec.Class
	for _, c := range spec.Classes {
		if c.Rule == "tchar" {
			tchar = c
		}
	}
	names := map[int]string{}
	for i, n := range spec.Fields {
		if len(n.Name) > longestWord {
			continue
		}
		names[i] = n.Name
		for _, c := range []byte(n.Name) {
			for _, d := range setOf(tchar.Ranges).Octets() {
				if c|0x20 == d|0x20 && !strings.EqualFold(string(c), string(d)) {
					return fmt.Errorf("field name %s: in small letters %q is taken for %q", n.Name, d, c)
				}
			}
		}
	}
	mult, width, slots, err := wordHash(names)
	if err != nil {
		return err
	}
	f.Const().Defs(
		Id("nameMult").Op("=").Op(fmt.Sprintf("%#x", mult)),
		Id("nameShift").Op("=").Lit(64-width),
	)
	f.Line()
	comment(f, fmt.Sprintf("nameWords is a perfect hash of the field names of up to %d octets, in small letters, as two words with zeros behind them: what name n can only be has slot (low^high)*nameMult>>nameShift.", longestWord))
	f.Var().Id("nameWords").Op("=").Index(Lit(1<<width)).Struct(
		List(Id("low"), Id("high")).Uint64(),
		Id("id").Id("FieldID"),
	).ValuesFunc(func(g *Group) {
		for s, i := range slots {
			if i == 0 {
				continue
			}
			low, high := wordName(spec.Fields[i-1].Name)
			g.Line().Lit(s).Op(":").Values(Op(fmt.Sprintf("%#016x", low)), Op(fmt.Sprintf("%#016x", high)), Id("Field"+spec.Fields[i-1].Go))
		}
		g.Line()
	})
	f.Line()
	comment(f, "nameMasks keeps the first n octets of two words.")
	f.Var().Id("nameMasks").Op("=").Index(Lit(longestWord + 1)).Struct(List(Id("low"), Id("high")).Uint64()).ValuesFunc(func(g *Group) {
		for n := range longestWord + 1 {
			low, high := uint64(1)<<(8*min(n, 8))-1, uint64(1)<<(8*max(n-8, 0))-1
			g.Line().Values(Op(fmt.Sprintf("%#x", low)), Op(fmt.Sprintf("%#x", high)))
		}
		g.Line()
	})
	return nil
}

// wordHash finds a perfect hash of names by their words; slots hold their index
// plus one.
func wordHash(names map[int]string) (mult uint64, width int, slots []int, err error) {
	for width = 1; width <= 8; width++ {
		mult = 0x9E3779B97F4A7C15
	next:
		for range 20000 {
			mult = mult*0xD1342543DE82EF95 + 2
			slots = make([]int, 1<<width)
			for i, name := range names {
				low, high := wordName(name)
				s := &slots[(low^high)*mult>>(64-width)]
				if *s != 0 {
					continue next
				}
				*s = i + 1
			}
			return mult, width, slots, nil
		}
	}
	return 0, 0, nil, fmt.Errorf("no perfect hash for the words of %v", names)
}
