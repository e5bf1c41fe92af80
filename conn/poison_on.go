//go:build h1wire_poison

package conn

import (
	"bytes"
	"sync/atomic"
)

// buffersOut counts buffers that were taken from a pool and not given back.
var buffersOut atomic.Int64

// BuffersOut returns how many pooled buffers are in use, by all connections
// together. It exists only with the build tag h1wire_poison: it is zero when
// nothing is open, or there is a leak.
func BuffersOut() int64 { return buffersOut.Load() }

// lent says that a buffer was taken from a pool.
func lent() { buffersOut.Add(1) }

// givenBack says that it is back, and poisons it.
func givenBack(b []byte) {
	buffersOut.Add(-1)
	poison(b)
}

// poison overwrites a buffer that is given back, so that whoever still reads it
// shows in the tests. It copies, which for the race detector is one write.
func poison(b []byte) {
	for len(b) > 0 {
		b = b[copy(b, poisonous):]
	}
}

var poisonous = bytes.Repeat([]byte{0xDB}, bulkSize)
