package parser

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/gen/spec"
	"github.com/h1wire/h1wire/testdata/corpora"
)

// That the scanners say the same with and without the functions of words.go is
// what the tests of kernels show, of which kernelWords is one.

// TestWordClasses has every octet in every lane, beside octets of all kinds.
func TestWordClasses(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	tested := 0
	for _, c := range spec.Classes {
		in := map[string]func(uint64) uint64{"Tchar": inTchar, "Target": inTarget, "Field": inField}[c.Name]
		require.Equal(t, len(c.Words) > 0, in != nil, c.Name)
		if in == nil {
			continue
		}
		tested++
		for octet := range 256 {
			want := false
			for _, w := range c.Words {
				want = want || octet >= int(w.Lo) && octet <= int(w.Hi)
			}
			for lane := range 8 {
				for i := range 200 {
					x := []uint64{0, ^uint64(0), 0x7F * ones, 0x80 * ones, 0x20 * ones}[i%5]
					if i >= 5 {
						x = r.Uint64()
					}
					x = x&^(0xFF<<(8*lane)) | uint64(octet)<<(8*lane)
					require.Equal(t, want, in(x)>>(8*lane+7)&1 != 0, "%s, octet %#02x in lane %d of %016x", c.Name, octet, lane, x)
				}
			}
		}
	}
	require.Equal(t, 3, tested)
}

// TestControls has every octet at every place of a block.
func TestControls(t *testing.T) {
	var b [blockSize]byte
	for octet := range 256 {
		for i := range b {
			for k := range b {
				b[k] = "a\r"[(k*7+octet)&1]
			}
			b[i] = byte(octet)
			var want uint64
			for k, c := range b {
				if octets[c]&isField == 0 || c == '\t' {
					want |= 1 << k
				}
			}
			require.Equal(t, want, controls(&b), "%q", b[:])
		}
	}
}

// TestNameAt compares with FieldOf: known names in any case, and what is nearly one.
func TestNameAt(t *testing.T) {
	check := func(name string) {
		b := []byte(name + ": v\r\n" + strings.Repeat("x", 16))
		length := uint(len(name))
		for i, c := range []byte(name) {
			if octets[c]&isTchar == 0 {
				length = uint(i)
				break
			}
		}
		id, n := nameAt(b, 0, uint(len(name)+3))
		if n < length && strings.ContainsAny(name[n:n+1], "!#$%&'*+|~") {
			return // is left to the scanner
		}
		require.Equal(t, length, n, name)
		require.Equal(t, FieldOf(name[:n]), id, name)
	}
	for id := range fieldIDs {
		name := id.String()
		check(name)
		check(strings.ToUpper(name))
		check(strings.ToLower(name))
		check(name + "x")
		check("x" + name)
		for i := range len(name) {
			check(name[:i])
			check(name[i:])
			for c := range 256 {
				check(name[:i] + string([]byte{byte(c)}) + name[i+1:])
			}
		}
	}
	for n := range 40 {
		check(strings.Repeat("n", n))
	}
}

// TestWordsAccept: nearly all of the corpora is read without a scanner. So the
// comparisons compare something.
func TestWordsAccept(t *testing.T) {
	starts, lines, heads, all := 0, 0, 0, 0
	for kind, names := range map[string][]string{"request": {"corpus", "classic", "cookie8k"}, "response": corpora.Responses()} {
		for _, name := range names {
			for _, m := range corpora.Load(name) {
				var f FieldSection
				f.lim = DefaultMaxFields
				start := f.requestLine
				if kind == "response" {
					start = f.statusLine
				}
				heads++
				i := start(m)
				if i == 0 {
					continue
				}
				starts++
				require.EqualValues(t, strings.Index(string(m), "\r\n")+2, i)
				for before := uint(0); i > before; {
					before, i = i, f.fieldLines(m, i, 0)
				}
				lines += f.Len()
				all += strings.Count(string(m), "\r\n") - 2
			}
		}
	}
	t.Logf("%d of %d start lines, %d of %d field lines", starts, heads, lines, all)
	require.Greater(t, starts, heads*95/100)
	require.Greater(t, lines, all*85/100)
}

// TestWordsRefuse: a trailer section's refused names are left to the scanner.
func TestWordsRefuse(t *testing.T) {
	b := []byte("A: b\r\nHost: c\r\n" + strings.Repeat("X: y\r\n", 20) + "\r\n")
	var f FieldSection
	f.begin(trailerFirstField)
	f.lim = DefaultMaxFields
	require.EqualValues(t, len("A: b\r\n"), f.fieldLines(b, 0, notInTrailer))
	require.Equal(t, 1, f.Len())
	require.False(t, f.Has(FieldHost))
}
