package conn

import (
	"bytes"
	"io"
	"math"
	"sync/atomic"
	"time"

	"github.com/h1wire/h1wire/parser"
)

// inbound is the input side of a connection: octets that arrived, and how far
// the message in them has been read. It belongs to the goroutine that reads, does
// no I/O, and is the same for requests and responses.
type inbound struct {
	window
	opts *parser.Options

	kind    parser.FramingKind
	left    uint64 // octets to come, of a FixedLength body
	chunked parser.ChunkedBody
	trailer bool   // the last chunk has been read, the trailer section has not
	pending []byte // of one chunk, more than may be handed over at once
	framed  bool   // the framing says that the message has ended
	done    bool   // and all of its content has been handed out
	fields  bool   // there is a trailer section to hand out, in rd.fields

	piece int     // most octets handed out at once
	size  int64   // octets of content so far
	at    int64   // octets of the body so far, its framing included
	coded bool    // the content is to be decoded
	gz    *gunzip // by this, once it has begun

	// What the application may change from any goroutine.
	max      atomic.Int64 // most octets of content
	patience atomic.Int64 // what is left of BodyTimeout, in nanoseconds; 0 when there is none

	credit  time.Duration // how long the peer may be silent before it is below MinBodyRate
	since   int64         // when the wait under way began
	counted int64         // size when credit was last computed
}

// begin starts on the body of a message whose head has been taken.
func (in *inbound) begin(f parser.Framing, p *Params) {
	in.kind, in.left = f.Kind, f.Length
	in.framed = f.Kind == parser.NoBody || f.Kind == parser.FixedLength && f.Length == 0
	in.done = in.framed
	if !in.done {
		in.beginContent(f, p)
	}
}

func (in *inbound) beginContent(f parser.Framing, p *Params) {
	in.trailer, in.fields, in.pending = false, false, nil
	in.piece, in.size, in.at = p.ChunkSize, 0, 0
	in.credit, in.counted = p.rateWindow, 0
	setInt64(&in.max, p.MaxBodySize)
	setInt64(&in.patience, int64(p.BodyTimeout))
	if f.Kind == parser.Chunked {
		in.chunked.Reset()
	}
}

// setInt64 stores v, if that is needed: loading costs next to nothing.
func setInt64(a *atomic.Int64, v int64) {
	if a.Load() != v {
		a.Store(v)
	}
}

// tooLong reports a body that need not be read to know that it exceeds its limit.
func (in *inbound) tooLong() bool {
	return in.kind == parser.FixedLength && in.left > uint64(max(in.max.Load(), 0))
}

// whole reports whether the rest of the body is in the window.
func (in *inbound) whole() bool {
	return in.done || in.kind == parser.FixedLength && in.left <= uint64(in.len())
}

// lastChunk ends a chunked body, as nearly always: with no trailer section.
var lastChunk = []byte("\r\n0\r\n\r\n")

// near reports whether the end of the body is near enough to be worth waiting for,
// as far as can be known: of chunked content, whether it seems to be there.
func (in *inbound) near() bool {
	switch {
	case in.done:
		return true
	case in.len() == 0: // nothing of it has come; perhaps it never will
		return false
	case in.kind == parser.FixedLength:
		return !in.tooLong() && in.left <= uint64(in.len())+discardOctets
	default:
		return bytes.HasSuffix(in.bytes(), lastChunk)
	}
}

// next returns the next piece of content and takes it off the window. It returns
// nothing when done, and when more octets are needed. The slice is valid until
// the next call of next or space.
func (in *inbound) next() ([]byte, error) {
	if !in.coded {
		data, err := in.raw()
		in.done = in.framed && len(in.pending) == 0
		return data, err
	}
	if in.gz == nil {
		in.gz = newGunzip(in.max.Load(), in.piece)
	}
	for {
		data, err := in.gz.next()
		switch err {
		case nil:
			return data, nil
		case io.EOF:
			in.done = true
			return nil, nil
		case errNeedInput:
		default:
			return nil, err
		}
		data, err = in.raw()
		if err != nil || len(data) == 0 && !in.framed {
			return nil, err
		}
		in.gz.feed(data, in.framed && len(in.pending) == 0)
	}
}

// raw is next before any content coding is undone.
func (in *inbound) raw() ([]byte, error) {
	var data []byte
	switch {
	case len(in.pending) > 0:
		data = in.pending
		in.pending = nil
	case in.framed:
		return nil, nil
	case in.trailer:
		return nil, in.readTrailer()
	case in.kind == parser.FixedLength:
		data = in.bytes()
		if uint64(len(data)) >= in.left {
			data = data[:in.left:in.left]
		}
		if len(data) > in.piece {
			data = data[:in.piece:in.piece]
		}
		in.left -= uint64(len(data))
		in.take(len(data))
		in.framed = in.left == 0
		in.size += int64(len(data)) // within max: tooLong
		return data, nil
	case in.kind == parser.Chunked:
		var err error
		if data, err = in.chunk(); err != nil || len(data) == 0 {
			return nil, err
		}
	default:
		data = in.bytes()
		in.take(len(data))
		if err := in.count(len(data), false); err != nil {
			return nil, err
		}
	}
	if len(data) > in.piece {
		in.pending = data[in.piece:]
		data = data[:in.piece:in.piece]
	}
	return data, nil
}

// chunk returns data of one chunk.
func (in *inbound) chunk() ([]byte, error) {
	if in.len() == 0 {
		return nil, nil
	}
	var piece [1]parser.Span
	b := in.bytes()
	n, err := in.chunks(piece[:])
	switch {
	case n > 0:
		data := piece[0].Bytes(b)
		return data, in.count(len(data), true)
	case err == nil && in.trailer:
		return nil, in.readTrailer()
	}
	return nil, err
}

// chunks takes the next pieces of chunked content off the window, as
// [parser.ChunkedBody.Pieces] does, and sees to what follows the last one.
func (in *inbound) chunks(pieces []parser.Span) (int, error) {
	k, n, err := in.chunked.Pieces(in.bytes(), pieces, in.opts)
	if err != nil {
		return k, inputError(err, in.at)
	}
	in.take(n)
	in.at += int64(n)
	if in.chunked.Done() {
		in.trailer = true
		in.rd.head.Fields.Reset()
	}
	return k, nil
}

// count adds to the size of a body whose length was not known before. What the
// chunk of the last piece has announced counts, too: there is no need to wait for
// it.
func (in *inbound) count(n int, last bool) error {
	most := in.max.Load()
	if in.size > math.MaxInt64-int64(n) || in.size+int64(n) > most {
		return bodyTooLarge(most)
	}
	in.size += int64(n)
	if last && in.chunked.Left() > uint64(most-in.size) {
		return bodyTooLarge(most)
	}
	return nil
}

// readTrailer reads the trailer section (RFC 9112 §7.1.2).
func (in *inbound) readTrailer() error {
	section := &in.rd.head.Fields
	b := in.bytes()
	n, err := section.Parse(b, in.opts)
	if err != nil {
		return inputError(err, 0)
	}
	if n == 0 {
		return nil
	}
	if section.Len() > 0 {
		in.rd.fields.reset(b[:n:n], section, false, nil)
		in.fields = true
	}
	in.take(n)
	in.trailer, in.framed = false, true
	return nil
}

// eof says that the peer will send no more. A body that only the end of the
// connection delimits is complete then; any other is cut off.
func (in *inbound) eof() error {
	if in.kind != parser.UntilClose || in.framed {
		return io.ErrUnexpectedEOF
	}
	in.framed = true
	return nil
}

// end forgets the message. One without content has left nothing.
func (in *inbound) end() {
	if in.kind != parser.NoBody {
		in.endContent()
	}
}

func (in *inbound) endContent() {
	in.kind, in.trailer, in.pending = parser.NoBody, false, nil
	if in.gz != nil {
		in.gz.release()
		in.gz = nil
	}
	if in.fields {
		in.fields = false
		in.rd.fields.clear()
	}
}

// idle gives the buffer back if nothing in it is needed: everything but part of
// a head or of a trailer section.
func (in *inbound) idle() {
	if !in.trailer && len(in.pending) == 0 {
		in.release()
	}
}

// room returns room for octets behind the window: enough for what is known to come.
func (in *inbound) room() []byte { return in.space(in.wants()) }

// wants returns how much of the body is known to be still to come.
func (in *inbound) wants() uint64 {
	switch {
	case in.done, in.kind == parser.NoBody: // what comes is a head
		return 0
	case in.kind == parser.FixedLength:
		return in.left
	case in.kind == parser.Chunked && in.size == 0:
		return 0 // most chunked bodies are short
	}
	return bulkSize
}
