package nethttp

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/h1wire/h1wire/conn"
	"github.com/h1wire/h1wire/parser"
)

// fill makes the http.Request of a head. All its strings are parts of one copy of
// the head, or as conn.Fields.StringOf shares them.
func (x *exchange) fill(of *connection, start *conn.StartLine, fields *conn.Fields) error {
	r := &x.request
	setContext(r, (*requestContext)(x), contextAt)
	r.Method, r.RequestURI = method(start, fields), fields.StringOf(start.Target)
	r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/1.1", 1, 1
	r.RemoteAddr, r.TLS, r.Body = of.remote, of.state(x.conn), http.NoBody
	if start.Version == parser.HTTP10 {
		r.Proto, r.ProtoMinor = "HTTP/1.0", 0
	}
	x.head, x.tunnels = start.Method == parser.MethodHead, start.Method == parser.MethodConnect
	if err := x.target(r); err != nil {
		return err
	}
	x.header(r, fields)
	if r.URL.Host != "" {
		r.Host = r.URL.Host // RFC 9112 §3.2.2: the target's counts
	}
	r.Close = closes(r.ProtoMinor, fields)
	if r.ContentLength != 0 {
		x.body = &requestBody{exchange: x, left: r.ContentLength, expects: r.Header["Expect"] != nil && r.ProtoMinor > 0}
		r.Body = x.body
	}
	return nil
}

// header fills Header, and what net/http takes out of it.
func (x *exchange) header(r *http.Request, fields *conn.Fields) {
	n := fields.Len()
	h := gather(n-1, nil) // Host is not among them
	for i := range n {
		name, value := fields.Line(i)
		key, v := canonical(fields.StringOf(name)), fields.StringOf(value)
		switch key {
		case "Host":
			r.Host = v
			continue
		case "Content-Length":
			if h.header[key] != nil {
				continue // a repetition of an equal value
			}
			if comma := strings.IndexByte(v, ','); comma >= 0 {
				v = strings.TrimSpace(v[:comma])
			}
			r.ContentLength, _ = strconv.ParseInt(v, 10, 64) // the parser has seen to it
		case "Transfer-Encoding":
			r.ContentLength, r.TransferEncoding = -1, []string{"chunked"}
			continue
		case conn.ConsumedContentEncoding:
			if fields.Decoded() {
				r.ContentLength = -1 // it has another one
			}
		}
		h.add(key, v)
	}
	r.Header = h.header
	if r.TransferEncoding != nil {
		r.Trailer = announced(r.Header)
	}
	noCache(r.Header)
}

// noCache says in Cache-Control what Pragma says (RFC 9111 §5.4).
func noCache(h http.Header) {
	if p, ok := h["Pragma"]; ok && p[0] == "no-cache" && h["Cache-Control"] == nil {
		h["Cache-Control"] = []string{"no-cache"}
	}
}

// gathering makes an http.Header of field lines.
type gathering struct {
	header http.Header
	values []string // room for the first of each name
}

// gather begins with n field lines, whose values go into room if they fit.
func gather(n int, room []string) gathering {
	if n > len(room) {
		room = make([]string, n)
	}
	return gathering{make(http.Header, max(n, 0)), room}
}

func (g *gathering) add(key, value string) {
	switch old := g.header[key]; {
	case old != nil:
		g.header[key] = append(old, value)
	case len(g.values) == 0:
		g.header[key] = []string{value}
	default:
		g.values[0] = value
		g.header[key], g.values = g.values[:1:1], g.values[1:]
	}
}

// closes reports what Request.Close and Response.Close say: that the sender wants
// no other message on this connection.
func closes(minor int, fields *conn.Fields) bool {
	if _, ok := fields.Get(parser.FieldConnection); !ok {
		return minor == 0
	}
	return fields.HasToken("Connection", "close") || minor == 0 && !fields.HasToken("Connection", "keep-alive")
}

// canonical returns a field name as http.CanonicalHeaderKey does; one that is
// canonical already costs a look at each octet.
func canonical(name string) string {
	upper := true
	for i := 0; i < len(name); i++ {
		c := name[i]
		if upper && 'a' <= c && c <= 'z' || !upper && 'A' <= c && c <= 'Z' {
			return http.CanonicalHeaderKey(name)
		}
		upper = c == '-'
	}
	return name
}
