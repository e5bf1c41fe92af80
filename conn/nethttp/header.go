package nethttp

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/h1wire/h1wire/conn"
	"github.com/h1wire/h1wire/parser"
)

// build makes h what is sent of the handler's header, in the order of names, as
// net/http does; and notes what it says about the content. mu is held.
func (w *response) build(s *scratch, status int) {
	h := &s.header
	h.Reset()
	s.trailers = s.trailers[:0]
	s.length, s.written, s.held = -1, 0, 0
	s.sniffs = w.allowsContent(status)
	if len(w.fields) == 0 {
		return
	}
	var few [8]field
	fields := inOrder(few[:0], w.fields)
	for _, f := range fields {
		if w.sends(s, f, status) {
			for _, v := range f.values {
				h.Add(f.name, v)
			}
		}
	}
	if h.Err() != nil { // seldom, so only now with care
		h.Reset()
		s.length = -1
		for _, f := range fields {
			if w.sends(s, f, status) {
				w.addAll(h, f.name, f.values)
			}
		}
	}
}

// field is what a handler's header has under one name.
type field struct {
	name   string
	values []string
}

// inOrder appends what h has, in the order of names. To begin going through a map
// costs more than to look for what is usually in it.
func inOrder(to []field, h http.Header) []field {
	if len(h) <= 2 {
		typ, typed := h["Content-Type"]
		if !typed || len(h) == 2 {
			if length, ok := h["Content-Length"]; ok {
				to = append(to, field{"Content-Length", length})
			}
		}
		if typed {
			to = append(to, field{"Content-Type", typ})
		}
		if len(to) == len(h) {
			return to
		}
		to = to[:0]
	}
	for name, values := range h {
		to = append(to, field{name, values})
	}
	slices.SortFunc(to, func(a, b field) int { return strings.Compare(a.name, b.name) })
	return to
}

// sends reports whether a field is to be sent as it is, and notes what it says.
func (w *response) sends(s *scratch, f field, status int) bool {
	values := f.values
	switch parser.FieldOf(f.name) { // in any case: a handler may have spelled it otherwise
	case parser.FieldContentLength:
		return w.allowsContent(status) && w.declare(s, values)
	case parser.FieldTransferEncoding: // is the connection's business
		s.sniffs = false
		return false
	case parser.FieldContentType:
		s.sniffs = false
		return status != http.StatusNotModified
	case parser.FieldContentEncoding:
		s.sniffs = s.sniffs && len(values) > 0 && values[0] == ""
	case parser.FieldTrailer:
		s.announce(values)
	default:
		return !s.isTrailer(f.name)
	}
	return true
}

// declare notes the Content-Length, if it is one.
func (w *response) declare(s *scratch, values []string) bool {
	if len(values) == 0 || s.length >= 0 {
		return false
	}
	n, err := strconv.ParseInt(values[0], 10, 64)
	if err != nil || n < 0 || values[0][0] == '+' {
		w.log().Warn("invalid Content-Length", "value", values[0])
		return false
	}
	s.length = n
	return len(values) == 1
}

// announce notes the names of trailer fields.
func (s *scratch) announce(values []string) {
	for _, list := range values {
		for name := range strings.SplitSeq(list, ",") {
			name = http.CanonicalHeaderKey(strings.TrimSpace(name))
			if name != "" && !slices.Contains(s.trailers, name) {
				s.trailers = append(s.trailers, name)
			}
		}
	}
}

// trail notes the trailer fields that the handler set by http.TrailerPrefix.
func (s *scratch) trail(fields http.Header) {
	for name := range fields {
		s.isTrailer(name)
	}
}

// isTrailer reports whether a name has http.TrailerPrefix, and notes it then: a
// response with trailers has to be chunked, however short it is.
func (s *scratch) isTrailer(name string) bool {
	name, ok := strings.CutPrefix(name, http.TrailerPrefix)
	if ok && !slices.Contains(s.trailers, name) {
		s.trailers = append(s.trailers, name)
	}
	return ok
}

// addAll adds fields that may be malformed. There is no way to tell the handler,
// so like net/http it replaces what a value must not have, and drops what has no
// valid name or contradicts what is there.
func (w *response) addAll(h *conn.Header, name string, values []string) {
	for _, v := range values {
		was := *h
		if h.Add(name, v); h.Err() == nil {
			continue
		}
		*h = was
		if h.Add(name, printable(v)); h.Err() != nil {
			*h = was
			w.log().Warn("response field dropped", "name", name)
		}
	}
}

// printable returns v with a space for every octet that a value must not have.
func printable(v string) string {
	b := []byte(v)
	for i, c := range b {
		if c < ' ' && c != '\t' || c == 0x7f {
			b[i] = ' '
		}
	}
	return string(b)
}
