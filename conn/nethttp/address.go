package nethttp

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"strings"
)

// address returns the host and port of a URL to connect to.
func address(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	port := "80"
	if u.Scheme == "https" {
		port = "443"
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// target returns the request target in origin-form, authority-form for CONNECT
// (RFC 9112 §3.2).
func target(r *http.Request) string {
	if r.Method == http.MethodConnect && r.URL.Path == "" {
		if r.Host != "" {
			return r.Host
		}
		return r.URL.Host
	}
	return r.URL.RequestURI()
}

// withoutZone returns a host without the zone of an IPv6 address, which means
// nothing elsewhere (RFC 6874 §4).
func withoutZone(host string) string {
	if !strings.HasPrefix(host, "[") {
		return host
	}
	end := strings.LastIndexByte(host, ']')
	zone := strings.IndexByte(host, '%')
	if end < 0 || zone < 0 || zone > end {
		return host
	}
	return host[:zone] + host[end:]
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// What io.NopCloser returns, which is what http.NewRequest makes of a reader.
var (
	nopCloser         = reflect.TypeOf(io.NopCloser(nil))
	nopCloserWriterTo = reflect.TypeOf(io.NopCloser(struct {
		io.Reader
		io.WriterTo
	}{}))
)

// inMemory reports whether reading from r cannot block.
func inMemory(r io.Reader) bool {
	switch r.(type) {
	case *bytes.Reader, *bytes.Buffer, *strings.Reader:
		return true
	}
	if t := reflect.TypeOf(r); t != nopCloser && t != nopCloserWriterTo {
		return false
	}
	inner, ok := reflect.ValueOf(r).Field(0).Interface().(io.Reader)
	return ok && inMemory(inner)
}
