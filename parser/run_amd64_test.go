//go:build amd64 && !purego

package parser

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFieldOctets has runs of every length up to 200 at both ends of memory and on
// both sides of a page's end, every octet behind them, and controls where they must
// not be seen.
func TestFieldOctets(t *testing.T) {
	if bestKernel() == kernelWords {
		t.Skip("no AVX2")
	}
	g := newGuard(t, 2)
	place := func(b []byte, at int) []byte {
		clear(g.memory)
		copy(g.memory[at:], b)
		return g.memory[at : at+len(b)]
	}
	page := g.size() / 2
	for n := 1; n <= 200; n++ {
		b := bytes.Repeat([]byte("v\t \xff"), n)[:n]
		for _, at := range []int{0, g.size() - n, page - n, page, page - n/2, page + 1} {
			require.Equal(t, n, fieldOctets(&place(b, at)[0], n), "%d octets", n)
		}
	}
	for _, n := range []int{1, 7, 31, 32, 33, 64, 75} {
		for i := range n {
			for c := range 256 {
				b := bytes.Repeat([]byte{'v'}, n)
				b[i] = byte(c)
				require.EqualValues(t, run(b, isField), fieldOctets(&g.end(b)[0], n), "%q", b)
			}
		}
	}
}
