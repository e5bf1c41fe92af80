package parser

// Version is a version of HTTP (RFC 9112 §2.3). A minor version above 1 is read
// as HTTP/1.1, the highest that this package knows (RFC 9110 §2.5).
type Version uint8

const (
	HTTP10 Version = 10 // HTTP/1.0
	HTTP11 Version = 11 // HTTP/1.1 to HTTP/1.9
)

// String returns the version as it stands in a start line.
func (v Version) String() string {
	switch v {
	case HTTP10:
		return "HTTP/1.0"
	case HTTP11:
		return "HTTP/1.1"
	}
	return ""
}

// minorVersion is the version whose minor digit is c.
func minorVersion(c byte) Version {
	if c == '0' {
		return HTTP10
	}
	return HTTP11
}
