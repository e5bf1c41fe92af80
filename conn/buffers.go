package conn

import (
	"sync"

	"github.com/h1wire/h1wire/parser"
)

// Sizes of buffers, in octets.
const (
	readSize   = 16 << 10 // for heads
	bulkSize   = 64 << 10 // while a long body is pending
	bulkFrom   = 32 << 10 // how long that is
	writeSize  = 8 << 10  // what an output buffer begins with
	flushAt    = 64 << 10 // an output buffer of this size is sent
	gatherAt   = 16 << 10 // a body of this size is sent from where it is, not copied
	firstPiece = 32 << 10 // what of a long one is sent ahead
	lastPiece  = 4 << 10  // what of a chunk of gatherAt or more is copied: a write for "0" alone is dearer
)

// reader is what reading a message takes. A connection holds one while a
// message is under way, and none while it waits for the next.
type reader struct {
	buf    []byte // own, or a larger one while that is needed
	head   parser.RequestHead
	start  StartLine
	fields Fields
	own    [readSize]byte
}

var readers = sync.Pool{New: func() any {
	r := new(reader)
	r.buf = r.own[:]
	return r
}}

func getReader() *reader {
	lent()
	return readers.Get().(*reader)
}

// swap makes b, into which the caller has copied what counts, the buffer.
func (r *reader) swap(b []byte) {
	old := r.buf
	r.buf = b
	if len(old) != readSize {
		releaseBulk(old)
	} else {
		poison(old)
	}
}

// release gives r back.
func (r *reader) release() {
	if len(r.buf) != readSize {
		r.swap(r.own[:])
	}
	givenBack(r.own[:])
	readers.Put(r)
}

// bulk holds buffers of bulkSize octets. A pointer to an array, unlike a slice,
// goes into a pool without an allocation.
var bulk = sync.Pool{New: func() any { return new([bulkSize]byte) }}

func getBulk() []byte {
	lent()
	return bulk.Get().(*[bulkSize]byte)[:]
}

// getHuge returns n octets, more than bulkSize, for releaseBulk too; no pool
// keeps them.
func getHuge(n int) []byte {
	lent()
	return make([]byte, n)
}

func releaseBulk(b []byte) {
	givenBack(b)
	if cap(b) == bulkSize {
		bulk.Put((*[bulkSize]byte)(b[:bulkSize]))
	}
}

// outBuffer holds octets to send.
type outBuffer struct{ b []byte }

var outBuffers = sync.Pool{New: func() any { return &outBuffer{make([]byte, 0, writeSize)} }}

func getOut() *outBuffer {
	lent()
	return outBuffers.Get().(*outBuffer)
}

func (o *outBuffer) release() {
	givenBack(o.b[:cap(o.b)])
	if cap(o.b) > 2*flushAt {
		return // one huge head must not stay for ever
	}
	o.b = o.b[:0]
	outBuffers.Put(o)
}
