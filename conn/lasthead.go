package conn

import "github.com/h1wire/h1wire/parser"

// lastHead is a copy of a head that was received on a connection before. Pollers,
// proxies and programs send the same field lines with each request, and one copy of
// them is enough, for a string never changes.
type lastHead struct {
	text    string // "" when there is none
	section int    // where its field section starts
}

// lastHeadMost is how long a head is at most that a connection keeps.
const lastHeadMost = 2 << 10

// textOf returns b[from:] as a string, of the copy that l has if that is the same.
// b is a head with that field section. l may be nil.
func (l *lastHead) textOf(b []byte, fields *parser.FieldSection) (text string, from int) {
	if l == nil || fields == nil || fields.Len() == 0 {
		return string(b), 0
	}
	section := int(fields.Line(0).Name.Off)
	switch {
	case l.text[l.section:] != string(b[section:]):
		text = string(b)
		if len(text) <= lastHeadMost {
			l.text, l.section = text, section
		}
		return text, 0
	case l.text[:l.section] != string(b[:section]):
		return l.text[l.section:], section
	}
	return l.text, 0
}
