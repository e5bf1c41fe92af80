// Package parser reads HTTP/1 message heads, trailer sections and chunked
// bodies. It does no I/O and allocates nothing: everything it returns is a
// [Span] into, or a slice of, the octets that the caller handed in.
//
// # Terms
//
// The names are those of RFC 9110 and RFC 9112: a message is a start line (a
// request line or a status line), a field section of field lines, an empty
// line, and perhaps a body; a chunked body is chunks (chunk-size, chunk-ext,
// chunk-data), a last chunk and a trailer section. A head is everything up to
// and including the empty line. Sizes are octets.
//
// # One authority
//
// The grammar is data, in gen/spec; GRAMMAR.md shows it. From it gen emits class
// tables and the scanners over them that define what this package accepts, and
// the kernels (AVX-512, AVX2, SWAR) that accept the common case faster. A kernel
// may only accept; whatever it is not sure of goes to the scanner, whose verdict,
// error and offset stand.
//
// The best kernel that the CPU has is chosen once. The environment variable
// H1WIRE_KERNEL names another for tests and measurements: table, words, avx2 or avx512.
// The build tag purego leaves all assembly out.
//
// # Use
//
// Parse a head until it is whole, ask it for Framing and Authority, read the content
// that Framing announces, begin again: the example loop does it for requests, over
// octets that come in any pieces.
//
// # Strictness
//
// A nil *[Options] is strict with the default limits. Each deviation that a
// deployment may need is one bit of [Lenience].
package parser

//go:generate go run github.com/h1wire/h1wire/gen
