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
	s.sniffs = allowsContent(status)
	if len(w.fields) == 0 {
		return
	}
	var few [16]string
	names := w.names(few[:0])
	for _, name := range names {
		if values := w.fields[name]; w.sends(s, name, values, status) {
			for _, v := range values {
				h.Add(name, v)
			}
		}
	}
	if h.Err() != nil { // seldom, so only now with care
		h.Reset()
		s.length = -1
		for _, name := range names {
			if values := w.fields[name]; w.sends(s, name, values, status) {
				w.addAll(h, name, values)
			}
		}
	}
}

// usual are the names in most headers of handlers, in order.
var usual = [...]string{"Content-Length", "Content-Type"}

// names appends the names in the handler's header, in order. To begin going
// through a map costs more than to look for what is usually in it.
func (w *response) names(to []string) []string {
	if len(w.fields) <= len(usual) {
		for _, name := range usual {
			if _, ok := w.fields[name]; ok {
				to = append(to, name)
			}
		}
		if len(to) == len(w.fields) {
			return to
		}
		to = to[:0]
	}
	for name := range w.fields {
		to = append(to, name)
	}
	slices.Sort(to)
	return to
}

// sends reports whether a field is to be sent as it is, and notes what it says.
func (w *response) sends(s *scratch, name string, values []string, status int) bool {
	switch parser.FieldOf(name) { // in any case: a handler may have spelled it otherwise
	case parser.FieldContentLength:
		return allowsContent(status) && w.declare(s, values)
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
		return !strings.HasPrefix(name, http.TrailerPrefix)
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
		if name, ok := strings.CutPrefix(name, http.TrailerPrefix); ok && !slices.Contains(s.trailers, name) {
			s.trailers = append(s.trailers, name)
		}
	}
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
