package nethttp

import (
	"net/http"
	"strings"

	"github.com/h1wire/h1wire/conn"
)

// announced returns a Trailer of the names in the Trailer field, which it takes
// out of h, or nil.
func announced(h http.Header) http.Header {
	names, ok := h["Trailer"]
	if !ok {
		return nil
	}
	delete(h, "Trailer")
	var trailer http.Header
	for _, list := range names {
		for name := range strings.SplitSeq(list, ",") {
			if name = canonical(strings.TrimSpace(name)); name != "" {
				if trailer == nil {
					trailer = make(http.Header)
				}
				trailer[name] = nil
			}
		}
	}
	return trailer
}

// merge puts received trailer fields in the place of those announced.
func merge(trailer http.Header, fields *conn.Fields) {
	received := make(map[string]bool, fields.Len())
	for i := range fields.Len() {
		n, v := fields.Line(i)
		name := canonical(fields.StringOf(n))
		if !received[name] {
			received[name] = true
			delete(trailer, name)
		}
		trailer[name] = append(trailer[name], fields.StringOf(v))
	}
}
