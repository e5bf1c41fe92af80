package conn

import (
	"bufio"
	"errors"
	"io"
	"iter"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// gunzipPiece is the size of the buffer that decoded data is handed over in. The
// inflater's window is as large, so it never has more at once.
const gunzipPiece = 32 << 10

// errNeedInput says that the decoder has used up what it was fed.
var errNeedInput = errors.New("conn: gzip: more input needed")

// gunzip decodes one body in the content coding gzip (RFC 1952), fed in pieces
// of any size. It holds one window, one buffer and 4 KiB of input, whatever the
// data expands to; the members of a body are decoded one after the other.
//
// The library underneath pulls its input, and a body is pushed to us. Where the
// whole body is there at once, it is pulled from that, on the caller's stack.
// Otherwise the decoder runs as a coroutine (iter.Pull) that is resumed when
// there is input and gives up the thread when there is none: no scheduler is
// involved, nothing runs beside the caller, and release ends it.
//
//	z := newGunzip(limit, piece)
//	z.feed(p, last)                // again and again, last with the last one
//	data, err := z.next()          // until errNeedInput; io.EOF when it is all decoded
//	z.release()
type gunzip struct {
	input input
	src   *bufio.Reader // over input; the inflater is fastest on a bufio.Reader
	gz    gzip.Reader
	buf   []byte // gunzipPiece octets
	piece int    // most octets of one next
	left  int64  // octets that the data may still decode to

	reading bool // inside a member
	members int

	resume func() ([]byte, bool) // the coroutine; nil while there is none
	stop   func()
	err    error // how it ended
}

// input is what the inflater reads from: the piece fed last.
type input struct {
	p    []byte
	last bool
	wait func() bool // gives control back until more was fed; false when released
}

var errReleased = errors.New("conn: gzip: released")

// Read blocks the coroutine, not the caller, while there is nothing.
func (in *input) Read(p []byte) (int, error) {
	for len(in.p) == 0 {
		if in.last {
			return 0, io.EOF
		}
		if !in.wait() {
			return 0, errReleased
		}
	}
	n := copy(p, in.p)
	in.p = in.p[n:]
	return n, nil
}

var gunzips = sync.Pool{New: func() any {
	z := &gunzip{buf: make([]byte, gunzipPiece)}
	z.src = bufio.NewReader(&z.input)
	return z
}}

// newGunzip returns a decoder for a body that may decode to at most limit
// octets, handed over in at most piece at a time.
func newGunzip(limit int64, piece int) *gunzip {
	lent()
	z := gunzips.Get().(*gunzip)
	z.left, z.piece = limit, min(piece, len(z.buf))
	z.src.Reset(&z.input)
	return z
}

// release ends the decoder, wherever it is, and gives its memory back. What next
// returned is not valid any more.
func (z *gunzip) release() {
	if z.stop != nil {
		z.stop()
	}
	givenBack(z.buf)
	z.input, z.resume, z.stop, z.err = input{}, nil, nil, nil
	z.reading, z.members = false, 0
	gunzips.Put(z)
}

// feed gives the decoder more of the body; last says that nothing follows. All
// that was fed before must be used up: next has returned errNeedInput. p must
// stay as it is until that happens again.
func (z *gunzip) feed(p []byte, last bool) { z.input.p, z.input.last = p, last }

// next returns more decoded data, valid until the next call of any method. It
// fails with errNeedInput when it wants to be fed, io.EOF when the body ended
// where its last member does, and with an [*InputError] when the data is corrupt,
// cut off, followed by something else, or more than allowed.
func (z *gunzip) next() ([]byte, error) {
	if z.err != nil {
		return nil, z.err
	}
	if z.resume == nil {
		if len(z.input.p) == 0 && !z.input.last {
			return nil, errNeedInput
		}
		if z.input.last {
			data, err := z.step()
			z.err = err
			return data, err
		}
		z.resume, z.stop = iter.Pull(z.run)
	}
	data, ok := z.resume()
	switch {
	case !ok:
		return nil, z.err
	case data == nil:
		return nil, errNeedInput
	}
	return data, nil
}

// run is the coroutine. It yields decoded data, and nil for more input.
func (z *gunzip) run(yield func([]byte) bool) {
	z.input.wait = func() bool { return yield(nil) }
	for {
		data, err := z.step()
		if err != nil {
			z.err = err
			return
		}
		if !yield(data) {
			return
		}
	}
}

// step decodes one piece, reading from z.src.
func (z *gunzip) step() ([]byte, error) {
	for {
		if !z.reading {
			if err := z.gz.Reset(z.src); err == io.EOF {
				return nil, io.EOF // between members, or nothing at all: both are whole
			} else if err != nil {
				return nil, z.corrupt(err)
			}
			z.gz.Multistream(false)
			z.reading = true
			z.members++
		}
		n, err := z.gz.Read(z.buf[:z.piece])
		if int64(n) > z.left {
			return nil, bodyTooLarge(z.left)
		}
		z.left -= int64(n)
		if err == io.EOF {
			z.reading, err = false, nil
		}
		if err != nil {
			return nil, z.corrupt(err)
		}
		if n > 0 {
			return z.buf[:n:n], nil
		}
	}
}

// corrupt says what is wrong with the data: an end too early, or anything else.
func (z *gunzip) corrupt(err error) error {
	rule := "gzip data intact"
	switch {
	case err == errReleased:
		return err
	case z.members > 0 && !z.reading:
		rule = "nothing behind the gzip data"
	case errors.Is(err, io.ErrUnexpectedEOF):
		rule = "gzip data complete"
	}
	return &InputError{Rule: rule, Section: "RFC 1952 §2.2", Status: 400, Err: err}
}
