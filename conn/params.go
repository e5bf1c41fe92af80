package conn

import (
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/h1wire/h1wire/parser"
)

// Defaults of [Params]. Sizes are in octets.
const (
	DefaultChunkSize     = 64 << 10
	DefaultMaxHeaderSize = parser.DefaultMaxHeadSize
	DefaultMaxFields     = parser.DefaultMaxFields
	DefaultHeaderTimeout = time.Minute
	DefaultIdleTimeout   = 2 * time.Minute
	DefaultMaxBodySize   = 100 << 20
	DefaultWriteTimeout  = time.Minute
	DefaultExpectTimeout = time.Second
)

// Params says how a connection behaves: what it accepts, how much, and for how
// long it waits. The zero value, and a nil pointer, are the safe defaults.
//
// A Params is read, never written, so one may serve any number of connections;
// it must not change while one of them uses it. What an exchange may override
// (Conn.SetBodyTimeout, Conn.SetMaxBodySize) lasts for that exchange.
//
// A timeout of zero is the default; a negative HeaderTimeout, IdleTimeout,
// WriteTimeout or ExpectTimeout waits for ever.
type Params struct {
	// NoKeepAlive closes the connection after one exchange. A response in
	// HTTP/1.1 then carries "Connection: close" (RFC 9112 §9.6).
	NoKeepAlive bool

	// ChunkSize is the most octets handed to one DataReceived, decoded data
	// too. Default 64 KiB. The end of a chunk of the chunked coding also ends a
	// callback, so data is delivered before the next chunk is sent.
	ChunkSize int

	// MaxHeaderSize is the most octets of a head: start line, field section and
	// empty line. An exact fit passes; beyond it a server answers 431, or 414
	// when the target alone is too long, and closes. Default 64 KiB, at most 2 GiB
	// less one octet.
	MaxHeaderSize int

	// MaxFields is the most field lines of a head, and of a trailer section;
	// beyond it a server answers 431. Default 128, at most 65535.
	MaxFields int

	// HeaderTimeout bounds the time from the first octet of a head to its end.
	// When it expires a server answers 408 and closes. Default 1 minute.
	HeaderTimeout time.Duration

	// IdleTimeout bounds the wait for the first octet of a request. When it
	// expires the connection closes without a word. Default 2 minutes.
	IdleTimeout time.Duration

	// MaxBodySize is the most octets of a body, however it is framed, and of
	// what its content coding decodes to; beyond it a server answers 413 and
	// closes. Zero is the default, 100 MiB; negative allows no body at all.
	MaxBodySize int64

	// BodyTimeout bounds the time a whole body takes to arrive, without what is
	// spent in callbacks. When it expires the connection closes. Zero: no bound.
	BodyTimeout time.Duration

	// MinBodyRate is the fewest octets per second, over a sliding window of 5
	// seconds, at which a body may arrive once it has begun. Slower than that ends
	// like BodyTimeout. Zero: no bound; but a [Server] whose Params set neither
	// this nor BodyTimeout demands 16 over a window of a minute, so that no client
	// holds a connection by sending next to nothing. Negative: no bound, there too.
	MinBodyRate int

	// WriteTimeout bounds how long a write may go without any progress before
	// it fails and the connection closes. Default 1 minute.
	WriteTimeout time.Duration

	// ExpectTimeout is how long a client that sent "Expect: 100-continue" holds
	// its body back for an answer (RFC 9110 §10.1.1). Default 1 second.
	ExpectTimeout time.Duration

	// Decompress decodes bodies in the content coding gzip (RFC 9110 §8.4.1.3),
	// all members of them. The delegate then sees no Content-Length, and
	// X-Consumed-Content-Encoding in place of Content-Encoding. Truncated or
	// corrupt data is an [*InputError] with status 400. MaxBodySize bounds the
	// data before and after decoding.
	Decompress bool

	// Lenience lets through what the grammar forbids; each bit's comment says
	// what it risks. A client adds two bits of its own, see [NewClient]. Default:
	// strict.
	Lenience parser.Lenience

	// LenientNoContent lets a client take a 204 response that announces content by
	// Content-Length for what RFC 9112 §6.3 says it is: one that ends with its head.
	// The connection is closed then. Risk: whoever wrote it may have meant the
	// content, and a hop in between may have read it.
	LenientNoContent bool

	// AppContext is the application's; Conn.AppContext gives it back untouched.
	AppContext any

	// Logger gets errors and panics of delegates. Default: [slog.Default].
	Logger *slog.Logger

	rateWindow time.Duration // over which MinBodyRate is measured
}

// guarded returns p with the bounds on slow bodies that a Server sets by itself.
func (p Params) guarded() Params {
	if p.BodyTimeout == 0 && p.MinBodyRate == 0 {
		p.MinBodyRate, p.rateWindow = serverBodyRate, serverRateWindow
	}
	return p
}

// What the parser's positions can tell apart.
const (
	maxHeaderSize = math.MaxInt32
	maxFields     = math.MaxUint16
)

// Validate returns an error that names the first field whose value makes no
// sense, or nil. A connection checks its Params when it is made.
func (p *Params) Validate() error {
	if p == nil {
		return nil
	}
	switch {
	case p.ChunkSize < 0:
		return invalidParam("ChunkSize", p.ChunkSize)
	case p.MaxHeaderSize < 0:
		return invalidParam("MaxHeaderSize", p.MaxHeaderSize)
	case p.MaxHeaderSize > maxHeaderSize:
		return fmt.Errorf("conn: Params.MaxHeaderSize is %d: must not exceed %d", p.MaxHeaderSize, maxHeaderSize)
	case p.MaxFields < 0:
		return invalidParam("MaxFields", p.MaxFields)
	case p.MaxFields > maxFields:
		return fmt.Errorf("conn: Params.MaxFields is %d: must not exceed %d", p.MaxFields, maxFields)
	case p.BodyTimeout < 0:
		return invalidParam("BodyTimeout", p.BodyTimeout)
	}
	return nil
}

func invalidParam(field string, value any) error {
	return fmt.Errorf("conn: Params.%s is %v: must not be negative", field, value)
}

// resolved returns p, validated, with every default filled in. A timeout that
// is to wait for ever is 0 in it, and MaxBodySize is the number of octets
// allowed: 0 when there may be none.
func (p *Params) resolved() (*Params, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	var r Params
	if p != nil {
		r = *p
	}
	setDefault(&r.ChunkSize, DefaultChunkSize)
	setDefault(&r.MaxHeaderSize, DefaultMaxHeaderSize)
	setDefault(&r.MaxFields, DefaultMaxFields)
	setDefault(&r.MaxBodySize, DefaultMaxBodySize)
	setDefault(&r.HeaderTimeout, DefaultHeaderTimeout)
	setDefault(&r.IdleTimeout, DefaultIdleTimeout)
	setDefault(&r.WriteTimeout, DefaultWriteTimeout)
	setDefault(&r.ExpectTimeout, DefaultExpectTimeout)
	setDefault(&r.MinBodyRate, 0)
	setDefault(&r.rateWindow, rateWindow)
	if r.Logger == nil {
		r.Logger = slog.Default()
	}
	return &r, nil
}

// setDefault gives v its default when it is zero, and makes "negative: none"
// the zero that the rest of the package tests for.
func setDefault[T int | int64 | time.Duration](v *T, def T) {
	switch {
	case *v == 0:
		*v = def
	case *v < 0:
		*v = 0
	}
}

// options returns what the parser has to know of resolved Params.
func (p *Params) options() parser.Options {
	return parser.Options{
		MaxHeadSize: p.MaxHeaderSize,
		MaxFields:   p.MaxFields,
		Lenience:    p.Lenience,
	}
}
