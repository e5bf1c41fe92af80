package conn

import (
	"bytes"
	"iter"

	"github.com/h1wire/h1wire/parser"
)

// ConsumedContentEncoding is the name that Content-Encoding has in a section
// whose body is handed over decoded.
const ConsumedContentEncoding = "X-Consumed-Content-Encoding"

// Fields is a field section that was received: of a head, or a trailer section.
// It is a view of the connection's buffer, valid like every slice it returns
// until the callback that got it returns. What String returns is safe for ever.
type Fields struct {
	b       []byte // the head or trailer section
	section *parser.FieldSection
	text    string    // copy of b[from:], made when the first string is wanted
	from    int       // see text
	before  *lastHead // of the connection; nil where none is kept
	decoded bool      // hide Content-Length, rename Content-Encoding
}

// reset makes f the view of a section that was parsed from the start of b and
// ends with it. before is what the connection keeps of heads, or nil.
func (f *Fields) reset(b []byte, section *parser.FieldSection, decoded bool, before *lastHead) {
	f.b, f.section, f.text, f.from, f.before, f.decoded = b, section, "", 0, before, decoded
}

// clear ends the view: a Fields that was kept shows nothing.
func (f *Fields) clear() { f.b, f.section, f.text, f.before = nil, nil, "", nil }

// Len returns the number of field lines.
func (f *Fields) Len() int {
	if f.section == nil {
		return 0
	}
	if !f.decoded {
		return f.section.Len()
	}
	n := 0
	for range f.All() {
		n++
	}
	return n
}

// Line returns name and value of field line i, 0 <= i < Len, in the order
// received.
func (f *Fields) Line(i int) (name, value []byte) {
	if !f.decoded {
		l := f.section.Line(i)
		return l.Name.Bytes(f.b), l.Value.Bytes(f.b)
	}
	for name, value = range f.All() {
		if i == 0 {
			break
		}
		i--
	}
	return name, value
}

// Decoded reports whether the body is handed over decoded. That there is a
// ConsumedContentEncoding does not say so: anybody can send one.
func (f *Fields) Decoded() bool { return f.section != nil && f.decoded }

// Get returns the value of the first field line of a name the parser knows.
func (f *Fields) Get(id parser.FieldID) (value []byte, ok bool) {
	if f.section == nil || f.hides(id) {
		return nil, false
	}
	return f.section.Get(f.b, id)
}

// hides reports whether decoding the body took that field away.
func (f *Fields) hides(id parser.FieldID) bool {
	return f.decoded && (id == parser.FieldContentLength || id == parser.FieldContentEncoding)
}

// Lookup returns the value of the first field line called name, in any case.
func (f *Fields) Lookup(name string) (value []byte, ok bool) {
	if f.section == nil {
		return nil, false
	}
	if f.decoded {
		if equalFold(octets(name), ConsumedContentEncoding) {
			return f.section.Get(f.b, parser.FieldContentEncoding)
		}
		if f.hides(parser.FieldOf(octets(name))) {
			return nil, false
		}
	}
	return f.section.Lookup(f.b, name)
}

// String returns the value of the first field line called name, in any case, or
// "". The string is safe for ever, and costs what one of StringOf does.
func (f *Fields) String(name string) string {
	v, _ := f.Lookup(name)
	return f.StringOf(v)
}

// StringOf returns p, a slice of what the callback was given (a name, a value, a
// part of the start line), as a string. It is safe for ever: the first one costs
// one copy of the head, the others nothing. Where a client sends the field lines
// again that it sent with the request before, they are parts of that copy.
func (f *Fields) StringOf(p []byte) string {
	if len(p) == 0 {
		return ""
	}
	if f.text == "" {
		f.text, f.from = f.before.textOf(f.b, f.section)
	}
	start := offsetIn(f.b, p) - f.from
	if start < 0 || start > len(f.text)-len(p) {
		return string(p) // ConsumedContentEncoding, or of another start line than text's
	}
	return f.text[start : start+len(p)]
}

// All yields name and value of every field line, in the order received.
func (f *Fields) All() iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		if f.section == nil {
			return
		}
		for i := range f.section.Len() {
			l := f.section.Line(i)
			name := l.Name.Bytes(f.b)
			if f.decoded {
				switch l.ID {
				case parser.FieldContentLength:
					continue
				case parser.FieldContentEncoding:
					name = octets(ConsumedContentEncoding)
				}
			}
			if !yield(name, l.Value.Bytes(f.b)) {
				return
			}
		}
	}
}

// Values yields the value of every field line called name, in the order
// received.
func (f *Fields) Values(name string) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for n, v := range f.All() {
			if equalFold(n, name) && !yield(v) {
				return
			}
		}
	}
}

// HasToken reports whether the comma-separated list that all field lines called
// name make together has that token, in any case (RFC 9110 §5.6.1).
func (f *Fields) HasToken(name, token string) bool {
	for v := range f.Values(name) {
		for len(v) > 0 {
			var member []byte
			member, v, _ = bytes.Cut(v, comma)
			if equalFold(trimOWS(member), token) {
				return true
			}
		}
	}
	return false
}

// CopyTo appends every field line to h, which copies them.
func (f *Fields) CopyTo(h *Header) {
	for n, v := range f.All() {
		h.AddBytes(n, v)
	}
}
