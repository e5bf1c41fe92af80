package golang

import (
	"fmt"
	"math/bits"

	. "github.com/dave/jennifer/jen"
)

// perfect is a perfect hash of a set of names: their length and up to three
// octets of each, in one word, times a constant, the top bits of it.
type perfect struct {
	at    []int  // octets taken: from the front, or from the end when negative
	fold  byte   // 0x20 to ignore the case of letters
	mult  uint32 // the constant
	shift int    // 32 minus the bits of a slot number
	slots []int  // index of a name plus one, or 0
	min   int    // shortest name
	max   int    // longest name
}

// hash finds a perfect hash; the same names always give the same one.
func hash(names []string, fold byte) (*perfect, error) {
	p := &perfect{fold: fold, min: 1 << 30}
	for _, n := range names {
		p.min, p.max = min(p.min, len(n)), max(p.max, len(n))
	}
	for _, at := range [][]int{{0, -1}, {0, 1, -1}, {0, -3, -1}, {0, 2, -1}, {1, -2, -1}} {
		p.at = at
		for width := bits.Len(uint(len(names))); width <= 8; width++ {
			p.shift = 32 - width
			p.mult = 0x9E3779B1
			for range 20000 {
				if p.fill(names) {
					return p, nil
				}
				p.mult = p.mult*0x915F77F5 + 0x3C6EF372 | 1
			}
		}
	}
	return nil, fmt.Errorf("no perfect hash for %q", names)
}

func (p *perfect) key(name string) uint32 {
	k := uint32(len(name)) << 24
	for i, at := range p.at {
		if at < 0 {
			at += len(name)
		}
		k |= uint32(name[at]|p.fold) << (8 * i)
	}
	return k
}

func (p *perfect) fill(names []string) bool {
	var slots [256]int
	for i, n := range names {
		s := &slots[p.key(n)*p.mult>>p.shift]
		if *s != 0 {
			return false
		}
		*s = i + 1
	}
	p.slots = slots[:1<<(32-p.shift)]
	return true
}

// slot is the expression for the slot number of []byte name, whose length n
// lies between p.min and p.max.
func (p *perfect) slot() *Statement {
	word := Id("uint32").Call(Id("n")).Op("<<").Lit(24)
	for i, at := range p.at {
		index := Lit(at)
		if at < 0 {
			index = Id("n").Op("-").Lit(-at)
		}
		octet := Id("name").Index(index)
		if p.fold != 0 {
			octet = octet.Op("|").Op(fmt.Sprintf("%#x", p.fold))
		}
		word = word.Op("|").Id("uint32").Call(octet)
		if i > 0 {
			word = word.Op("<<").Lit(8 * i)
		}
	}
	return Parens(word).Op("*").Op(fmt.Sprintf("%#x", p.mult)).Op(">>").Lit(p.shift)
}
