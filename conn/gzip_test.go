package conn

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/require"
)

// gz returns data as one gzip member.
func gz(t testing.TB, data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

func text(n int) []byte {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = "etaoin shrdlu\n"[r.IntN(14)]
	}
	return b
}

// gunzipAll decodes the pieces, and checks that none of what comes out is
// larger than piece.
func gunzipAll(t testing.TB, limit int64, piece int, in ...[]byte) ([]byte, error) {
	z := newGunzip(limit, piece)
	defer z.release()
	var out []byte
	for i, p := range in {
		p = bytes.Clone(p)
		z.feed(p, i == len(in)-1)
		for {
			data, err := z.next()
			if err == errNeedInput {
				break
			}
			if err == io.EOF {
				require.Equal(t, len(in)-1, i, "the end before the last piece")
				return out, nil
			}
			if err != nil {
				return out, err
			}
			require.NotEmpty(t, data)
			require.LessOrEqual(t, len(data), piece)
			out = append(out, data...)
		}
		poisonTest(p) // used up means that nobody looks at it again
	}
	return out, errNeedInput
}

func poisonTest(p []byte) {
	for i := range p {
		p[i] = 0xDB
	}
}

func octetByOctet(p []byte) (pieces [][]byte) {
	for i := range p {
		pieces = append(pieces, p[i:i+1])
	}
	return append(pieces, nil)
}

func TestGzipDecodesWhatWasFedInAnyPieces(t *testing.T) {
	for _, size := range []int{0, 1, 50, 4095, 32 << 10, 100_000} {
		want := text(size)
		wire := gz(t, want)
		got, err := gunzipAll(t, 1<<20, 64<<10, wire)
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, got), "whole, %d octets", size)

		got, err = gunzipAll(t, 1<<20, 64<<10, octetByOctet(wire)...)
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, got), "octet by octet, %d octets", size)
	}
	want := text(300)
	wire := gz(t, want)
	for i := range len(wire) + 1 {
		got, err := gunzipAll(t, 1<<20, 64<<10, wire[:i], wire[i:])
		require.NoError(t, err)
		require.Equal(t, want, got, "split at %d", i)
	}
}

func TestGzipDecodesAllMembers(t *testing.T) {
	wire := append(gz(t, []byte("one ")), gz(t, nil)...)
	wire = append(wire, gz(t, []byte("three"))...)
	for i := range len(wire) + 1 {
		got, err := gunzipAll(t, 9, 64<<10, wire[:i], wire[i:])
		require.NoError(t, err)
		require.Equal(t, "one three", string(got), "split at %d", i)
	}
}

func TestGzipPiecesHaveTheirSize(t *testing.T) {
	got, err := gunzipAll(t, 50, 16, gz(t, text(50)))
	require.NoError(t, err)
	require.Equal(t, text(50), got)
}

func TestGzipDeliversAFlushedBlockBeforeTheNext(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	z := newGunzip(1000, 1000)
	defer z.release()
	for _, event := range []string{"first", "second", "third"} {
		_, err := w.Write([]byte(event))
		require.NoError(t, err)
		require.NoError(t, w.Flush())
		z.feed(b.Bytes(), false)
		data, err := z.next()
		require.NoError(t, err)
		require.Equal(t, event, string(data))
		_, err = z.next()
		require.Equal(t, errNeedInput, err)
		b.Reset()
	}
}

func TestGzipRefusesWhatIsNotWhole(t *testing.T) {
	wire := gz(t, text(200))
	flipped := func(i int) []byte {
		p := bytes.Clone(wire)
		p[i] ^= 0x10
		return p
	}
	for name, bad := range map[string][]byte{
		"no gzip":           []byte("this is not gzip"),
		"corrupt data":      flipped(len(wire) / 2),
		"corrupt checksum":  flipped(len(wire) - 8),
		"corrupt size":      flipped(len(wire) - 1),
		"garbage behind":    append(bytes.Clone(wire), "garbage behind"...),
		"one octet behind":  append(bytes.Clone(wire), 0),
		"second member cut": append(bytes.Clone(wire), wire[:20]...),
	} {
		for _, in := range [][][]byte{{bad}, octetByOctet(bad), {bad, nil}} {
			_, err := gunzipAll(t, 1000, 64<<10, in...)
			var input *InputError
			require.ErrorAs(t, err, &input, name)
			require.Equal(t, 400, input.Status, name)
		}
	}
	for i := 1; i < len(wire); i++ { // truncated anywhere; nothing at all is an empty body
		_, err := gunzipAll(t, 1000, 64<<10, wire[:i])
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, "cut at %d", i)
		_, err = gunzipAll(t, 1000, 64<<10, wire[:i], nil)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, "cut at %d", i)
	}
}

func TestGzipDecodedSizeIsLimited(t *testing.T) {
	for _, n := range []int{100, 101} {
		for _, in := range [][][]byte{{gz(t, text(n))}, octetByOctet(gz(t, text(n)))} {
			_, err := gunzipAll(t, 100, 16, in...)
			if n <= 100 {
				require.NoError(t, err)
				continue
			}
			require.ErrorIs(t, err, ErrBodyTooLarge)
			var input *InputError
			require.ErrorAs(t, err, &input)
			require.Equal(t, 413, input.Status)
		}
	}
}

func TestGzipBombCostsBoundedMemory(t *testing.T) {
	bomb := gz(t, make([]byte, 64<<20))
	var before, after runtime.MemStats
	for range 2 { // the first round fills the pool
		runtime.ReadMemStats(&before)
		got := 0
		z := newGunzip(1<<20, 64<<10)
		z.feed(bomb, true)
		var err error
		for err == nil {
			var data []byte
			data, err = z.next()
			got += len(data)
		}
		z.release()
		require.ErrorIs(t, err, ErrBodyTooLarge)
		require.LessOrEqual(t, got, 1<<20)
		runtime.ReadMemStats(&after)
	}
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(256<<10))
}

func TestGzipReleaseEndsTheDecoderAnywhere(t *testing.T) {
	wire := gz(t, text(100_000))
	synctest.Test(t, func(t *testing.T) { // a coroutine left behind would be a deadlock here
		for i := 0; i < len(wire); i += 997 {
			z := newGunzip(1<<20, 1000)
			z.feed(wire[:i], false)
			for range i % 5 {
				if _, err := z.next(); err != nil {
					require.Equal(t, errNeedInput, err)
					break
				}
			}
			z.release()
		}
	})
}

func TestGzipInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got, err := gunzipAll(t, 1000, 100, octetByOctet(gz(t, text(500)))...)
		require.NoError(t, err)
		require.Equal(t, text(500), got)
	})
}

func TestGzipErrorStays(t *testing.T) {
	z := newGunzip(1000, 1000)
	defer z.release()
	z.feed([]byte("this is not gzip"), true)
	_, first := z.next()
	_, second := z.next()
	require.Error(t, first)
	require.True(t, errors.Is(second, first))
}

func TestGzipOfAWholeBodyAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("sync.Pool drops at random under the race detector")
	}
	wire := gz(t, text(10_000))
	decode := func() {
		z := newGunzip(1<<20, 64<<10)
		defer z.release()
		z.feed(wire, true)
		for {
			if _, err := z.next(); err != nil {
				if err != io.EOF {
					t.Fatal(err)
				}
				return
			}
		}
	}
	decode()
	require.Zero(t, testing.AllocsPerRun(50, decode))
}

func BenchmarkGunzip(b *testing.B) {
	wire := gz(b, text(100_000))
	for name, size := range map[string]int{"whole": len(wire), "16KiB": 16 << 10, "512": 512} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(100_000)
			for b.Loop() {
				z := newGunzip(1<<20, 64<<10)
				for off := 0; off < len(wire); off += size {
					end := min(off+size, len(wire))
					z.feed(wire[off:end], end == len(wire))
					for {
						if _, err := z.next(); err != nil {
							break
						}
					}
				}
				z.release()
			}
		})
	}
}
