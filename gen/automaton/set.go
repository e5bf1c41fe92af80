package automaton

import (
	"fmt"
	"math/bits"
	"strings"
)

// Set is a set of octets.
type Set [4]uint64

// Add puts the octets lo to hi into s.
func (s *Set) Add(lo, hi byte) {
	for c := int(lo); c <= int(hi); c++ {
		s[c>>6] |= 1 << (c & 63)
	}
}

// Has reports whether c is in s.
func (s Set) Has(c byte) bool { return s[c>>6]>>(c&63)&1 != 0 }

// Len is the number of octets in s.
func (s Set) Len() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// Octets returns the octets of s in order.
func (s Set) Octets() []byte {
	var out []byte
	for c := range 256 {
		if s.Has(byte(c)) {
			out = append(out, byte(c))
		}
	}
	return out
}

// Ranges returns s as inclusive ranges, in order.
func (s Set) Ranges() [][2]byte {
	var out [][2]byte
	for _, c := range s.Octets() {
		if n := len(out); n > 0 && out[n-1][1]+1 == c {
			out[n-1][1] = c
		} else {
			out = append(out, [2]byte{c, c})
		}
	}
	return out
}

// String writes s for a reader: "HTAB SP 0-9 80-FF".
func (s Set) String() string {
	var parts []string
	for _, r := range s.Ranges() {
		if r[1]-r[0] > 2 {
			parts = append(parts, octetName(r[0])+"-"+octetName(r[1]))
			continue
		}
		for c := int(r[0]); c <= int(r[1]); c++ {
			parts = append(parts, octetName(byte(c)))
		}
	}
	return strings.Join(parts, " ")
}

func octetName(c byte) string {
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
