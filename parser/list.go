package parser

// list walks a comma-separated list (RFC 9110 §5.6.1). Elements have no white
// space around them; empty ones are passed over, as a recipient must.
type list struct {
	rest    []byte
	element []byte
}

// next moves to the next element, false when there is none.
func (l *list) next() bool {
	for len(l.rest) > 0 {
		end := 0
		for end < len(l.rest) && l.rest[end] != ',' {
			end++
		}
		s := trimmed(l.rest, 0, end)
		l.element = s.Bytes(l.rest)
		l.rest = l.rest[min(end+1, len(l.rest)):]
		if len(l.element) > 0 {
			return true
		}
	}
	return false
}
