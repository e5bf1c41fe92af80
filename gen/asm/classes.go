package asm

import (
	"fmt"
	mathbits "math/bits"
	"slices"

	"github.com/h1wire/h1wire/gen/spec"
)

// set is a set of octets.
type set [256]bool

// class returns the octets of the class of gen/spec with that Go name.
func class(name string) (set, error) {
	var s set
	for _, c := range spec.Classes {
		if c.Name != name {
			continue
		}
		for _, r := range c.Ranges {
			for o := int(r.Lo); o <= int(r.Hi); o++ {
				s[o] = true
			}
		}
		return s, nil
	}
	return s, fmt.Errorf("gen/spec has no class %s", name)
}

// classes are the sets that the kernels look at.
type classes struct {
	tchar   set // T: of names
	control set // C: what a field value must not hold; line ends are among them
	target  set // of the request target
}

func loadClasses() (*classes, error) {
	tchar, err := class("Tchar")
	if err != nil {
		return nil, err
	}
	field, err := class("Field")
	if err != nil {
		return nil, err
	}
	target, err := class("Target")
	if err != nil {
		return nil, err
	}
	c := &classes{tchar: tchar, target: target}
	for o := range c.control {
		c.control[o] = !field[o]
	}
	for o := 0x80; o < 0x100; o++ {
		if c.tchar[o] || c.control[o] || c.target[o] {
			return nil, fmt.Errorf("octet %#x is above ASCII: the kernels have no room for it in tchar, control or target", o)
		}
	}
	return c, nil
}

// sumTest is what a sum of sumTable has in common with, unless the octet is a control.
const sumTest = 0x41

// sumTable is a table of 64 octets that tells both sets in one lookup: of t[x&63] + x, saturated, bit 7 is
// set when ASCII octet x is not in s, and no bit of sumTest when it is in c. An octet above ASCII is in c, or not in s, by
// these signs.
func sumTable(s, c set) ([64]byte, error) {
	var t [64]byte
	for i := range t {
		best := -1
		for e := range 256 {
			ok, plain := true, 0
			for x := i; x < 256; x += 64 {
				sum := max(-128, min(127, int(int8(e))+int(int8(x))))
				control, other := sum&sumTest == 0, sum < 0
				switch {
				case c[x]:
					ok = ok && control
				case x < 0x80:
					ok = ok && !control && other != s[x]
				default:
					ok = ok && (control || other)
					if !control {
						plain++ // fewer octets that this kernel is not sure of
					}
				}
			}
			if ok && plain > best {
				t[i], best = byte(e), plain
			}
		}
		if best < 0 {
			return t, fmt.Errorf("no sum tells %#x from %#x", i, i+64)
		}
	}
	return t, nil
}

// bitTable is a table of 128 octets for ASCII: bit 7 for members of s, bit 0 for
// members of c.
func bitTable(s, c set) [128]byte {
	var t [128]byte
	for o := range t {
		if s[o] {
			t[o] |= 0x80
		}
		if c[o] {
			t[o] |= 1
		}
	}
	return t
}

// nibbleTables are two tables of 16 octets. low[x&15] & high[x>>4] is zero when
// x is in neither set, at least least when it is in c, and less when it is in s.
// A byte shuffle gives 0 in low for x above ASCII. A row (high nibble) is a set
// of columns; it is put together from the bits that other rows need as well.
func nibbleTables(s, c set) (low, high [16]byte, least byte, err error) {
	used := 0
	assign := func(s set) {
		var bits []int // the columns of each bit
		first := used
		rows := make([]int, 8)
		for o, in := range s[:128] {
			if in {
				rows[o>>4] |= 1 << (o & 15)
			}
		}
		order := []int{0, 1, 2, 3, 4, 5, 6, 7}
		slices.SortStableFunc(order, func(a, b int) int { return mathbits.OnesCount(uint(rows[a])) - mathbits.OnesCount(uint(rows[b])) })
		for _, row := range order {
			left := rows[row]
			for i, columns := range bits {
				if columns&^rows[row] == 0 {
					high[row] |= 1 << (first + i)
					left &^= columns
				}
			}
			if left != 0 {
				high[row] |= 1 << (first + len(bits))
				bits = append(bits, left)
			}
		}
		for i, columns := range bits {
			for column := range 16 {
				if columns>>column&1 != 0 {
					low[column] |= 1 << (first + i)
				}
			}
		}
		used += len(bits)
	}
	assign(s)
	least = 1 << used
	assign(c)
	if used > 8 {
		return low, high, 0, fmt.Errorf("tchar and control need %d bits of an octet", used)
	}
	for x := range 128 {
		v := low[x&15] & high[x>>4]
		if (v != 0 && v < least) != s[x] || (v >= least) != c[x] {
			return low, high, 0, fmt.Errorf("octet %#x has the wrong class", x)
		}
	}
	return low, high, least, nil
}

// plain requires that the controls are DEL and what is below 0x20, but for HTAB, and that a target
// may hold all other ASCII but SP and "#", where additions and comparisons tell them.
func (c *classes) plain() error {
	for o := range 256 {
		control := o < 0x20 && o != '\t' || o == 0x7F
		if c.control[o] != control || c.target[o] != (o > ' ' && o < 0x7F && o != '#') {
			return fmt.Errorf("octet %#x: the kernels know other controls, or targets, than gen/spec", o)
		}
	}
	return nil
}
