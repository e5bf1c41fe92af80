//go:build amd64 && !purego

package parser

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// suspended makes the table read b. It reports whether f can go on in pieces.
func suspended(f *FieldSection, b []byte) bool {
	f.begin(requestStart)
	f.lim = 6
	if f.scanRequest(b, 0) != more {
		return false
	}
	f.suspend(b, maxTape)
	return f.state >= stateLines
}

// TestKernelPiece holds goodPiece against the table, beside memory that must not be touched: pieces of every
// length up to 100 octets from everywhere on, and every octet in every place of some.
func TestKernelPiece(t *testing.T) {
	if bestKernel() < kernelAVX2 {
		t.Skip("no AVX2")
	}
	with(t, bestKernel())
	type result struct {
		good       bool
		pos, lines int
		state      uint8
	}
	var before, end, f FieldSection
	g, good, bad := newGuard(t, 1), 0, 0
	try := func(b []byte) {
		want := result{false, before.pos, before.lines, before.state}
		if suspended(&end, b) {
			want = result{true, end.pos, end.lines, end.state}
			good++
		} else {
			bad++
		}
		for _, place := range []func([]byte) []byte{g.start, g.end} {
			in := place(b)
			f.scan, f.lines = before.scan, before.lines
			if got := (result{goodPiece(&in[0], len(in), &f), f.pos, f.lines, f.state}); got != want {
				require.Equal(t, want, got, "%q behind %q", b[before.pos:], b[:before.pos])
			}
		}
	}
	const last = "far: too many\r\n"
	head := []byte("GET / HTTP/1.1\r\nHost: a.example\r\nA:\r\nbc: d\r\n!#$%&'*+-.^_`|~09azAZ: \tx\xff \r\n" +
		"e: " + strings.Repeat("value: ", 10) + "\r\n" + strings.Repeat("name", 10) + ": f\r\n" + last)
	for pos := minPos; pos <= len(head)-len(last); pos++ {
		require.True(t, suspended(&before, head[:pos]), "%q", head[:pos])
		for end := pos + 1; end <= min(pos+100, len(head)); end++ {
			try(head[:end])
		}
		if pos%24 > 0 {
			continue
		}
		for at := pos; at < min(pos+70, len(head)); at++ {
			b := slices.Clone(head[:min(pos+70, len(head))])
			for c := range 256 {
				b[at] = byte(c)
				try(b)
			}
		}
	}
	require.Greater(t, good, 10_000)
	require.Greater(t, bad, 10_000)
}
