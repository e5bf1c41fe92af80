package parser

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// seeds are inputs from which fuzzing starts: what the generator knows of each
// state, and some of each rule.
func seeds(machines ...string) []string {
	var out []string
	for _, v := range stepVectors {
		for _, m := range machines {
			if v.machine == m {
				out = append(out, v.input)
			}
		}
	}
	return out
}

// FuzzPieces reads a head or trailer section whole and in pieces, with any set of
// leniences.
func FuzzPieces(f *testing.F) {
	for i, s := range append(seeds("request", "response", "trailer"),
		"POST /a?b=c HTTP/1.1\r\nHost:a\r\nContent-Length: \t 5 \t\r\nX: \xe9\x80\r\nx:\r\n\r\nbody",
		"GET / HTTP/1.1\nA: b\n\t c\r\n  \r\nHost: a\n\n",
		"HTTP/1.1 200\r\nA:b \n c\r\n\r\n",
	) {
		f.Add([]byte(s), uint8(i), uint64(i))
	}
	f.Fuzz(func(t *testing.T, octets []byte, lenience uint8, seed uint64) {
		o := &Options{Lenience: Lenience(lenience), MaxFields: 1 + int(lenience>>4), MaxHeadSize: 64 + len(octets)/2, MaxTrailerSize: 16 + len(octets)/2}
		for kind := range sections() {
			inPieces(t, kind, octets, o, seed)
		}
	})
}

// FuzzChunkedPieces reads a chunked body whole and in pieces.
func FuzzChunkedPieces(f *testing.F) {
	for i, s := range append(seeds("chunk"),
		"5\r\nhello\r\n0;a=\"b\\\"\" ; c\r\n\r\n", "00005\r\nhello\r\nA;x\r\n0123456789\r\n0\r\n", "7fffffffffffffff\r\nxx", "8000000000000000\r\n",
	) {
		f.Add([]byte(s), uint64(i))
	}
	f.Fuzz(func(t *testing.T, octets []byte, seed uint64) {
		o := &Options{MaxChunkLine: 24, MaxChunkExt: 40}
		read := func(r *rand.Rand) (data []byte, n int, last bool, err error) {
			var c ChunkedBody
			for end := len(octets); ; {
				if r != nil {
					end = n + r.IntN(1+len(octets)-n)
				}
				piece, k, err := c.Next(octets[n:end:end], o)
				if err != nil {
					e := *err.(*Error)
					e.Offset += n
					return data, 0, false, &e
				}
				require.LessOrEqual(t, len(piece), k)
				require.Equal(t, len(piece), cap(piece))
				data, n = append(data, piece...), n+k
				if c.Done() || n == len(octets) && len(piece) == 0 {
					return data, n, c.Done(), nil
				}
			}
		}
		data, n, last, err := read(nil)
		pieces, m, done, pieceErr := read(rand.New(rand.NewPCG(seed, 2)))
		require.Equal(t, err, pieceErr)
		require.True(t, bytes.Equal(data, pieces))
		require.Equal(t, n, m)
		require.Equal(t, last, done)
	})
}
