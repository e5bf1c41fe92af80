package conn

import (
	"bytes"

	"github.com/h1wire/h1wire/parser"
)

// The request target of a message that was received. That it has the form which its
// method needs (RFC 9112 §3.2), and a good authority, was checked with the head.
// What these methods return is only to be read, and valid as long as Target is.

// Authority returns the host, with its port if it has one, that a request is for:
// the target's in absolute-form and authority-form, whatever Host says (RFC 9112
// §3.2.2), else the value of Host in fields, which are the request's. It is empty
// for an HTTP/1.0 request without Host.
func (s *StartLine) Authority(fields *Fields) []byte {
	if s.Method == parser.MethodConnect {
		return s.Target
	}
	if authority, _, ok := s.absolute(); ok {
		return authority
	}
	host, _ := fields.Get(parser.FieldHost)
	return host
}

// Path returns the path of a request's target as it was received: nothing in it is
// decoded, and dot segments are not removed. It is "/" where absolute-form has none,
// "*" in asterisk-form, and empty in authority-form.
func (s *StartLine) Path() []byte {
	if s.Method == parser.MethodConnect {
		return nil
	}
	target := s.OriginForm()
	if i := bytes.IndexByte(target, '?'); i >= 0 {
		return target[:i:i]
	}
	return target
}

// Query returns the query of a request's target, what follows the first "?", as it
// was received.
func (s *StartLine) Query() []byte {
	i := bytes.IndexByte(s.Target, '?')
	if i < 0 {
		return nil
	}
	return s.Target[i+1:]
}

// OriginForm returns what a gateway asks the origin server for (RFC 9112 §3.2.1):
// of a target in absolute-form, path and query; any other target as it is. An OPTIONS
// request for neither path nor query is for "*" (§3.2.4). Only where a query follows
// the authority at once is the result a copy.
func (s *StartLine) OriginForm() []byte {
	if len(s.Target) > 0 && s.Target[0] == '/' {
		return s.Target // as nearly always
	}
	_, rest, ok := s.absolute()
	switch {
	case !ok:
		return s.Target
	case len(rest) > 0 && rest[0] == '/':
		return rest
	case len(rest) > 0: // the query
		return append([]byte{'/'}, rest...)
	case s.Method == parser.MethodOptions:
		return octets("*")
	}
	return octets("/")
}

// absolute splits a target in absolute-form behind its scheme. rest is its path and
// query, either of which may be absent.
func (s *StartLine) absolute() (authority, rest []byte, ok bool) {
	if s.Method == parser.MethodConnect || len(s.Target) == 0 || s.Target[0] == '/' {
		return nil, nil, false
	}
	i := bytes.Index(s.Target, schemeEnd)
	if i < 0 {
		return nil, nil, false
	}
	authority = s.Target[i+len(schemeEnd):]
	if end := bytes.IndexAny(authority, "/?"); end >= 0 {
		authority, rest = authority[:end:end], authority[end:]
	}
	return authority, rest, true
}
