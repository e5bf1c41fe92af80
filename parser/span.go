package parser

// Span is a range of octets of the buffer that was given to Parse.
type Span struct{ Off, Len uint32 }

// Bytes returns the octets of b that s covers, with their capacity clipped, so
// that an append never writes into b. The slice aliases b: it lives as long as
// the caller leaves b alone.
func (s Span) Bytes(b []byte) []byte {
	return b[s.Off : s.Off+s.Len : s.Off+s.Len]
}

// End returns the offset behind the last octet of s.
func (s Span) End() int { return int(s.Off + s.Len) }
