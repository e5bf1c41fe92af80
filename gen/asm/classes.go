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

// sumTable is a table of 64 octets that tells members of s in one lookup: for ASCII x,
// table[x&63] + x has bit 7 set exactly when x is not in s. The low six bits of x
// select the sum's distance from the four quarters of the octets, and x's own bit
// 6 steps from one quarter to the next.
func sumTable(s set) [64]byte {
	var t [64]byte
	for a := range t {
		var quarter byte
		switch low, high := s[a], s[a+64]; {
		case !low && !high:
			quarter = 0x80
		case !low:
			quarter = 0xC0
		case !high:
			quarter = 0x40
		}
		t[a] = quarter - byte(a)
	}
	return t
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
