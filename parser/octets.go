package parser

// fieldSet is a set of FieldIDs: bit id stands for id.
type fieldSet uint32

// run returns how many octets b begins with that are in set. It decides on eight
// at a time, which pays where runs are long.
func run(b []byte, set octetSet) uint {
	n := uint(0)
	for ; len(b) >= 8; b = b[8:] {
		if octets[b[0]]&octets[b[1]]&octets[b[2]]&octets[b[3]]&octets[b[4]]&octets[b[5]]&octets[b[6]]&octets[b[7]]&set == 0 {
			break
		}
		n += 8
	}
	for _, c := range b {
		if octets[c]&set == 0 {
			break
		}
		n++
	}
	return n
}

// trimmed is b[from:to] without the white space around it.
func trimmed(b []byte, from, to int) Span {
	for from < to && octets[b[from]]&isWSP != 0 {
		from++
	}
	for from < to && octets[b[to-1]]&isWSP != 0 {
		to--
	}
	return Span{uint32(from), uint32(to - from)}
}

// equalFold reports whether b is s, ASCII letters compared without their case.
func equalFold[B []byte | string](b B, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i := range len(s) {
		c, d := b[i], s[i]
		if c != d && (c|0x20 != d|0x20 || c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return true
}
