package parser

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/testdata/corpora"
)

// decoded is all that a reader says about a chunked body: each chunk's data as
// one string of offsets, how far it came, and how it ended.
type decoded struct {
	octets []int // offsets of the octets of data
	n      int
	last   bool
	err    Error
}

func (d *decoded) add(off, n int) {
	for i := range n {
		d.octets = append(d.octets, off+i)
	}
}

func (d *decoded) fail(err error, base int) {
	d.err = *err.(*Error)
	d.err.Offset += base
}

// byTable decodes with the automaton alone. It is what the others have to agree
// with, and so does not use a line of theirs.
func byTable(b []byte, o *Options) (d decoded) {
	var c ChunkedBody
	for d.n < len(b) {
		k := c.scan(b[d.n:], o)
		if k < 0 {
			d.fail(&c.err, d.n)
			return d
		}
		if d.n += k; c.state != chunkLineEnd {
			continue
		}
		if d.last = c.last; d.last {
			return d
		}
		data := int(min(c.size, uint64(len(b)-d.n)))
		d.add(d.n, data)
		d.n += data
		c.size, c.state = 0, chunkData // when b ends before, so does the loop
	}
	return d
}

// byNext decodes with Next, b cut at random when there is an r.
func byNext(b []byte, o *Options, r *rand.Rand) (d decoded) {
	var c ChunkedBody
	for end := cut(b, 0, r); ; end = cut(b, d.n, r) {
		data, n, err := c.Next(b[d.n:end:end], o)
		if err != nil {
			d.fail(err, d.n)
			return d
		}
		d.add(d.n+n-len(data), len(data))
		if d.n += n; c.Done() || n == 0 && end == len(b) {
			d.last = c.Done()
			return d
		}
	}
}

// byPieces decodes with Pieces, a few or many at a time.
func byPieces(b []byte, o *Options, r *rand.Rand, most int) (d decoded) {
	var c ChunkedBody
	for end := cut(b, 0, r); ; end = cut(b, d.n, r) {
		dst := make([]Span, most)
		k, n, err := c.Pieces(b[d.n:end:end], dst, o)
		for _, s := range dst[:k] {
			d.add(d.n+int(s.Off), int(s.Len))
		}
		if err != nil {
			d.fail(err, d.n)
			return d
		}
		if d.n += n; c.Done() || n == 0 && end == len(b) {
			d.last = c.Done()
			return d
		}
	}
}

func cut(b []byte, from int, r *rand.Rand) int {
	if r == nil {
		return len(b)
	}
	return from + r.IntN(1+len(b)-from)
}

// sameChunks requires that every way to decode b says what the automaton says.
func sameChunks(t testing.TB, b []byte, o *Options, seed uint64) {
	want := byTable(b, o)
	r := rand.New(rand.NewPCG(seed, 3))
	for what, got := range map[string]decoded{
		"Next": byNext(b, o, nil), "Next, cut": byNext(b, o, r),
		"Pieces": byPieces(b, o, nil, 64), "Pieces, few": byPieces(b, o, nil, 1+int(seed%3)), "Pieces, cut": byPieces(b, o, r, 5),
	} {
		// An error may come before or after the octets that are good are counted.
		if want.err.Code != errNone {
			got.n = want.n
		}
		if !slices.Equal(want.octets, got.octets) || want.n != got.n || want.last != got.last || want.err != got.err {
			t.Fatalf("%s: table %v, got %v\n%.300q", what, want, got, b)
		}
	}
}

// TestShortLineOctets puts every octet, and every pair of octets that matter, at
// every place of short lines.
func TestShortLineOctets(t *testing.T) {
	for _, line := range []string{"5", "0", "1f", "00", "3a0", "00A", "0004", "0FfF", "00000", "00005"} {
		b := []byte("3\r\nabc\r\n" + line + "\r\n" + strings.Repeat("d", 31) + "\r\n0\r\n\r\n")
		end := len("3\r\nabc\r\n\r\n") + len(line) + 2
		for i := range end {
			was := b[i]
			for c := range 256 {
				b[i] = byte(c)
				sameChunks(t, b, nil, uint64(c))
			}
			for j := i + 1; j < end; j++ {
				next := b[j]
				for k := range spicy {
					b[i], b[j] = spicy[k], spicy[(k+i+j)%len(spicy)]
					sameChunks(t, b, nil, uint64(k))
				}
				b[j] = next
			}
			b[i] = was
		}
	}
}

const spicy = "\r\n\r\n09afAFgG;: /@`\x00\x10\x8d\x8a\xff"

// TestShortLineLimits: a limit on the line holds for short lines too, and is that
// of the line alone, without the CRLF of the data before it.
func TestShortLineLimits(t *testing.T) {
	for limit := range 10 {
		for _, size := range []string{"5", "05", "005", "0005", "00005"} {
			b := []byte(strings.Repeat(size+"\r\nhello\r\n", 3) + "0\r\n\r\n")
			sameChunks(t, b, &Options{MaxChunkLine: limit}, uint64(limit))
			_, _, err := new(ChunkedBody).Next(b, &Options{MaxChunkLine: limit})
			require.Equal(t, limit > 0 && limit < len(size)+2, err != nil, "%q, limit %d", size, limit)
		}
	}
}

// TestChunkSizes has chunks of every size up to 300, and some around the number of digits of
// a size, behind one another.
func TestChunkSizes(t *testing.T) {
	var all bytes.Buffer
	for _, n := range append(make([]int, 300), 4094, 4095, 4096, 4097, 65535, 65536) {
		if n == 0 {
			n = 1 + all.Len()%300
		}
		fmt.Fprintf(&all, "%x\r\n%s\r\n", n, strings.Repeat("d", n))
	}
	all.WriteString("0\r\n\r\n")
	for seed := range uint64(20) {
		sameChunks(t, all.Bytes(), nil, seed)
	}
}

// TestChunkPrefixes ends b everywhere, so that the word at its end is short.
func TestChunkPrefixes(t *testing.T) {
	b := []byte("8\r\n12345678\r\n10\r\n0123456789abcdef\r\n1\r\nx\r\n0\r\n\r\n")
	for n := range len(b) + 1 {
		for seed := range uint64(5) {
			sameChunks(t, b[:n], nil, seed)
		}
	}
}

// TestExcess has lines with extensions and zeros of any length, and a sum kept by hand.
func TestExcess(t *testing.T) {
	const limit = 100
	r := rand.New(rand.NewPCG(7, 11))
	refused := 0
	for round := range uint64(300) {
		var b bytes.Buffer
		var want Error
		excess := 0
		for range 40 {
			size := 1 + r.IntN(10)
			line := fmt.Sprintf("%0*x", 1+r.IntN(6)*r.IntN(2), size)
			if r.IntN(4) > 0 {
				line += ";" + strings.Repeat("x", 1+r.IntN(int(20+round%60)))
			}
			line += "\r\n"
			most := limit - excess + 16 + 2*size // octets of this line
			if excess = max(0, excess+len(line)-16-2*size); excess > limit {
				want = Error{ErrChunkExtTooLarge, b.Len() + most}
				refused++
			}
			fmt.Fprintf(&b, "%s%*s\r\n", line, size, "d")
			if want.Code != errNone {
				break
			}
		}
		b.WriteString("0\r\n\r\n")
		o := &Options{MaxChunkExt: limit}
		require.Equal(t, want, byTable(b.Bytes(), o).err, "%q", b.Bytes())
		sameChunks(t, b.Bytes(), o, round)
	}
	require.Greater(t, refused, 50)
	require.Less(t, refused, 250)
}

// TestEndlessBody: a long body may have an extension in each chunk.
func TestEndlessBody(t *testing.T) {
	var c ChunkedBody
	chunk := []byte("a;sig=0123456789abcdef\r\n0123456789\r\n")
	for range 100_000 {
		for b := chunk; len(b) > 0; {
			_, n, err := c.Next(b, nil)
			require.NoError(t, err)
			b = b[n:]
		}
	}
}

// TestChunkMutations changes the corpora at random.
func TestChunkMutations(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 16))
	complete, total := 0, 3000
	for range total {
		m := corpora.Load("chunked8to16")[0]
		from := r.IntN(len(m) - 1000)
		from += bytes.Index(m[from:], []byte("\r\n")) + 2
		from += bytes.Index(m[from:], []byte("\r\n")) + 2 // at a line or at data: both are tried
		b := append(bytes.Clone(m[from:from+r.IntN(600)]), "\r\n0\r\n\r\n"...)
		for range r.IntN(3) {
			i := r.IntN(len(b))
			switch r.IntN(3) {
			case 0:
				b[i] = spicy[r.IntN(len(spicy))]
			case 1:
				b = append(b[:i], b[i+1:]...)
			case 2:
				b = append(b[:i], append([]byte{spicy[r.IntN(len(spicy))]}, b[i:]...)...)
			}
		}
		sameChunks(t, b, nil, r.Uint64())
		if d := byTable(b, nil); len(d.octets) > 50 {
			complete++
		}
	}
	require.Greater(t, complete, total/20, "the mutations spoil nearly all")
}

// FuzzChunkPieces compares Next and Pieces with the automaton.
func FuzzChunkPieces(f *testing.F) {
	for i, s := range append(seeds("chunk"),
		"5\r\nhello\r\n10\r\n0123456789abcdef\r\n1\r\nx\r\n0\r\n\r\n", "3e8\r\n", "0000\r\n\r\n", "1\r\nx\r\n2\r\nyz\r\n\r\n",
	) {
		f.Add([]byte(s), uint64(i), uint8(i))
	}
	f.Fuzz(func(t *testing.T, b []byte, seed uint64, limit uint8) {
		sameChunks(t, b, &Options{MaxChunkLine: int(limit % 16), MaxChunkExt: 40}, seed)
	})
}

// TestPiecesKeepsState: pieces end where the last one fits, and the rest is read
// by whoever comes next.
func TestPiecesKeepsState(t *testing.T) {
	b := []byte("1\r\na\r\n2\r\nbc\r\n5\r\nde")
	var c ChunkedBody
	dst := make([]Span, 2)
	k, n, err := c.Pieces(b, dst, nil)
	require.NoError(t, err)
	require.Equal(t, []Span{{3, 1}, {9, 2}}, dst[:k])
	require.Equal(t, 11, n)
	k, m, err := c.Pieces(b[n:], dst, nil)
	require.NoError(t, err)
	require.Equal(t, []Span{{5, 2}}, dst[:k])
	require.Equal(t, len(b), n+m)
	require.EqualValues(t, 3, c.Left())
	k, m, err = c.Pieces(nil, dst, nil)
	require.NoError(t, err)
	require.Zero(t, k+m)
	data, m, err := c.Next([]byte("fgh\r\n0\r\n\r\n"), nil)
	require.NoError(t, err)
	require.Equal(t, "fgh", string(data[:m]))
	k, m, err = c.Pieces([]byte("\r\n0\r\n\r\n"), dst, nil)
	require.NoError(t, err)
	require.Equal(t, []int{0, 5}, []int{k, m})
	require.True(t, c.Done())
}

// TestPiecesAllocs: nor does Pieces allocate.
func TestPiecesAllocs(t *testing.T) {
	var c ChunkedBody
	var dst [64]Span
	b := corpora.Load("chunked8to16")[0]
	requireNoAllocs(t, "Pieces", func() {
		c.Reset()
		for at := 0; !c.Done(); {
			_, n, err := c.Pieces(b[at:], dst[:], nil)
			if sinkError = err; err != nil {
				t.Fatal(err)
			}
			at += n
		}
	})
}
