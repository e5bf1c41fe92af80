package nethttp

import (
	"net/http"
	"net/url"
	"strings"
)

// target makes the URL of the request target.
func (x *exchange) target(r *http.Request) error {
	uri := r.RequestURI
	if path, query, ok := plainTarget(uri); ok {
		x.url.Path, x.url.RawQuery = path, query
		x.url.ForceQuery = query == "" && len(path) < len(uri)
		r.URL = &x.url
		return nil
	}
	authority := r.Method == "CONNECT" && uri[0] != '/'
	if authority {
		uri = "http://" + uri
	}
	u, err := url.ParseRequestURI(uri)
	if err != nil && uri[0] != '/' { // in origin-form what follows a "://" is no host
		u, err = parseBesideHost(uri)
	}
	if err != nil {
		return err
	}
	if authority {
		u.Scheme = ""
	}
	r.URL = u
	return nil
}

// parseBesideHost is url.ParseRequestURI for an absolute-form with a host that
// url will not read, though it is a URI's: an IPvFuture, or percent-encoded ASCII
// (RFC 3986 §3.2.2). The parser has checked it.
func parseBesideHost(uri string) (*url.URL, error) {
	scheme, rest, _ := strings.Cut(uri, "://")
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	u, err := url.ParseRequestURI(scheme + "://host" + rest[end:])
	if err == nil {
		u.Host = rest[:end]
	}
	return u, err
}

// plainTarget splits an origin-form whose path is its own decoded form and its
// own encoded form: then url.ParseRequestURI would do nothing else.
func plainTarget(uri string) (path, query string, ok bool) {
	if uri[0] != '/' {
		return "", "", false
	}
	for i := 1; i < len(uri); i++ {
		if !plainInPath[uri[i]] {
			if uri[i] != '?' {
				return "", "", false
			}
			query = uri[i+1:]
			// A lone "?" at the end is ForceQuery's business; one in the query is not.
			return uri[:i], query, true
		}
	}
	return uri, "", true
}

// plainInPath are the octets that url.URL.EscapedPath leaves alone.
var plainInPath = func() (t [256]bool) {
	for c := range 256 {
		u := url.URL{Path: "/" + string(rune(c))}
		t[c] = c < 0x80 && u.EscapedPath() == u.Path && !strings.ContainsRune("%?#", rune(c))
	}
	return t
}()
