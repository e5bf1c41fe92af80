package parser

// FramingKind says how the end of a body is found (RFC 9112 §6.3).
type FramingKind uint8

const (
	NoBody      FramingKind = iota // there is none
	FixedLength                    // Framing.Length octets
	Chunked                        // the chunked transfer coding ends it
	UntilClose                     // the end of the connection ends it (responses only)
)

// Framing is how a body is delimited.
type Framing struct {
	Kind   FramingKind
	Length uint64 // octets, for FixedLength
}
