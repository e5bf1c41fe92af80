package parser

// Default limits, used for every limit that is zero or less in [Options]. Sizes
// are in octets.
const (
	DefaultMaxHeadSize    = 64 << 10
	DefaultMaxFields      = 128
	DefaultMaxChunkLine   = 4 << 10
	DefaultMaxChunkExt    = 16 << 10
	DefaultMaxTrailerSize = 16 << 10
)

// Options says how much is accepted, and how strictly. The zero value, and a
// nil pointer, mean strict with the default limits. Parsers only read it, so
// one Options may serve any number of goroutines.
type Options struct {
	// MaxHeadSize is the most octets of a head, its empty line included: an
	// exact fit passes. Default 64 KiB, at most 2^31-1: a Span is of 32 bits.
	MaxHeadSize int
	// MaxFields is the most field lines of a head or of a trailer section.
	// Default 128, at most 65535.
	MaxFields int
	// MaxChunkLine is the most octets of one chunk-size line, chunk-ext and
	// CRLF included. Default 4 KiB.
	MaxChunkLine int
	// MaxChunkExt is how many octets the chunk-size lines of one chunked body,
	// chunk-ext above all, may have more than content makes up for: each
	// chunk does for 16 octets and twice its size, of its own line and those before
	// it. So a body may be without end, and chunk-ext never most of it. Default
	// 16 KiB.
	MaxChunkExt int
	// MaxTrailerSize is the most octets of a trailer section, its empty line
	// included. Default 16 KiB.
	MaxTrailerSize int
	// Lenience lists the deviations from the grammar that are let through.
	Lenience Lenience
}

// strict is what a nil *Options means.
var strict Options

func (o *Options) orDefault() *Options {
	if o == nil {
		return &strict
	}
	return o
}

func (o *Options) headSize() int    { return orDefault(o.MaxHeadSize, DefaultMaxHeadSize) }
func (o *Options) fields() int      { return min(orDefault(o.MaxFields, DefaultMaxFields), 0xFFFF) }
func (o *Options) chunkLine() int   { return orDefault(o.MaxChunkLine, DefaultMaxChunkLine) }
func (o *Options) chunkExt() int    { return orDefault(o.MaxChunkExt, DefaultMaxChunkExt) }
func (o *Options) trailerSize() int { return orDefault(o.MaxTrailerSize, DefaultMaxTrailerSize) }

func orDefault(n, otherwise int) int {
	if n <= 0 {
		return otherwise
	}
	return n
}
