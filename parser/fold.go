package parser

// fieldSet is a set of FieldIDs: bit id stands for id.
type fieldSet uint32

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
