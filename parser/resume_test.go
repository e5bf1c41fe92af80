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

// section is what the three readers of field sections have in common, for tests.
type section struct {
	parse  func(b []byte, o *Options) (int, error)
	fields *FieldSection
	start  func() []any // what the start line says
}

// sections returns new readers by the name of their machine.
func sections() map[string]section {
	var q RequestHead
	var p ResponseHead
	var t FieldSection
	return map[string]section{
		"request":  {q.Parse, &q.Fields, func() []any { return []any{q.Method, q.Version, q.MethodName, q.Target} }},
		"response": {p.Parse, &p.Fields, func() []any { return []any{p.Version, p.Status, p.Reason} }},
		"trailer":  {t.Parse, &t, func() []any { return nil }},
	}
}

// result is all that a reader says about a section.
type result struct {
	n     int
	err   Error
	start []any
	lines []FieldLine
	ids   [fieldIDs][2]bool
	first [fieldIDs]string
}

// table reads b with the table alone.
func (s section) table(b []byte, o *Options) (int, error) {
	defer func(k kernel) { active = k }(active)
	active = kernelTable
	return s.parse(b, o)
}

func (s section) result(b []byte, n int, err error) result {
	if err != nil {
		return result{err: *err.(*Error)}
	}
	r := result{n: n}
	if n == 0 {
		return r
	}
	r.start = s.start()
	for i := range s.fields.Len() {
		r.lines = append(r.lines, s.fields.Line(i))
	}
	for id := range fieldIDs {
		r.ids[id] = [2]bool{s.fields.Has(id), s.fields.Repeated(id)}
		v, _ := s.fields.Get(b, id)
		r.first[id] = string(v)
	}
	return r
}

// inPieces reads b as it comes in when it is cut at random, and requires what
// reading it whole gives.
func inPieces(t *testing.T, kind string, octets []byte, o *Options, seed uint64) {
	t.Helper()
	whole, b := sections()[kind], bytes.Clone(octets)
	n, err := whole.parse(b, o)
	want := whole.result(b, n, err)

	r := rand.New(rand.NewPCG(seed, 1))
	pieces, p := sections()[kind], bytes.Clone(octets)
	n, err = 0, nil
	for end := 0; n == 0 && err == nil && end < len(p); {
		end += 1 + r.IntN(1+r.IntN(len(p)-end))
		n, err = pieces.parse(p[:end], o)
		if err != nil {
			at := err.(*Error).Offset
			require.LessOrEqual(t, at, end, "an error is at an octet that is there, or is missing")
		}
	}
	require.Equal(t, want, pieces.result(p, n, err), "%s %q, cut with seed %d", kind, octets, seed)
	if n > 0 {
		require.True(t, bytes.Equal(b, p), "both leave the same octets")
	}
}

// TestPieces cuts the corpora.
func TestPieces(t *testing.T) {
	for kind, names := range map[string][]string{"request": corpora.Requests(), "response": corpora.Responses()} {
		for _, name := range names {
			for i, m := range corpora.Load(name) {
				if i < 100 {
					inPieces(t, kind, m, nil, uint64(i))
				}
			}
		}
	}
}

// TestNoOctetTwice counts the octets that are scanned when a head comes in
// pieces: each once. And it destroys the field lines that are complete before the
// rest comes: nobody looks at them again, but for a kernel at the end.
func TestNoOctetTwice(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		for kind, names := range map[string][]string{
			"request": {"classic", "chrome1k8", "short64", "cookie8k"}, "response": {"response"},
		} {
			for _, name := range names {
				message := corpora.Load(name)[0]
				for _, piece := range []int{1, 2, 3, 7, 64, 100, 1000} {
					s, b := sections()[kind], bytes.Clone(message)
					scanned, n := 0, 0
					for end := 0; n == 0; {
						end = min(end+piece, len(b))
						before := s.fields.pos
						var err error
						n, err = s.parse(b[:end], nil)
						require.NoError(t, err, "%s in pieces of %d", name, piece)
						require.False(t, s.fields.unsure, "%s in pieces of %d", name, piece)
						if n > 0 {
							scanned += n - before
							break
						}
						scanned += s.fields.pos - before
						if s.fields.start > 0 && active <= kernelWords {
							clear(b[s.fields.startEnd:min(s.fields.start, s.fields.pos)])
						}
					}
					require.Equal(t, len(message), scanned, "%s in pieces of %d", name, piece)
				}
			}
		}
	})
}

// TestEarlyErrors: an error comes with the first octet at fault, not later, and
// every octet before it could have begun something valid.
func TestEarlyErrors(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		for _, v := range stepVectors {
			s, ok := sections()[v.machine]
			if !ok {
				continue
			}
			last := len(v.input) - 1
			n, err := s.parse([]byte(v.input[:last]), nil)
			require.NoError(t, err, "%q", v.input)
			require.Zero(t, n, "%q", v.input)
			n, err = s.parse([]byte(v.input), nil)
			if v.code == errNone {
				require.NoError(t, err, "%q", v.input)
				require.Equal(t, len(v.input), n, "%q", v.input)
				continue
			}
			require.Equal(t, &Error{v.code, last}, err, "%q", v.input)
		}
	})
}

// TestErrorsBetweenPieces changes the octet where a second piece begins, short or long, of a head without an end: what
// is wrong with it is seen at once. There are line ends at the end of a block.
func TestErrorsBetweenPieces(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		lines := "\r\nHost: a.example\r\nA:\r\nAccept: */*\r\n" + strings.Repeat("Name: value\r\n", 30)
		for _, start := range []struct{ kind, line string }{
			{"request", "GET /%s HTTP/1.1"}, {"response", "HTTP/1.1 200 %s"},
		} {
			for _, n := range []int{63, 63 - len("\r\nHost: a.example")} {
				head := fmt.Sprintf(start.line, strings.Repeat("a", n-len(start.line)+len("%s"))) + lines
				require.Contains(t, head[60:66], "\r\n")
				for cut := 40; cut < 100; cut++ {
					for _, c := range "\r\n\t :\x00a" {
						for _, length := range []int{70, minLong} {
							b := []byte(head[:cut+length])
							b[cut] = byte(c)
							_, want := sections()[start.kind].table(b, nil)
							pieces := sections()[start.kind]
							n, err := pieces.parse(b[:cut], nil)
							require.NoError(t, err)
							require.Zero(t, n)
							if _, err = pieces.parse(b, nil); want != nil || err != nil {
								require.Equal(t, want, err, "%q behind %q", b[cut:], b[:cut])
							}
						}
					}
				}
			}
		}
	})
}

// TestEarlyLimits: the first octet of one field line too many is refused, however much comes with it.
func TestEarlyLimits(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		for _, line := range []string{"X-Name: v\r\n", "Name: " + strings.Repeat("v", 50) + "\r\n"} {
			const start = "GET / HTTP/1.1\r\n"
			b, o := []byte(start+strings.Repeat(line, 24)), &Options{MaxFields: 20}
			most := len(start) + 20*len(line)
			for end := range b {
				for _, first := range []int{0, end / 2, end - 1} {
					var h RequestHead
					_, err := h.Parse(b[:min(max(first, 0), most)], o)
					require.NoError(t, err)
					_, err = h.Parse(b[:end], o)
					if end > most {
						require.Equal(t, &Error{ErrTooManyFields, most}, err, "%d octets, %d first", end, first)
					} else if err != nil {
						require.NoError(t, err, "%d octets, %d first", end, first)
					}
				}
			}
		}
	})
}

// eachWay runs test with the table alone, with words, with each kernel, and as they are dispatched by
// length: what one kernel leaves of a piece must do for the other to go on with.
func eachWay(t *testing.T, test func(t *testing.T)) {
	for k := range bestKernel() + 1 {
		t.Run(kernelNames[k], func(t *testing.T) {
			with(t, k)
			test(t)
		})
	}
	t.Run("dispatched", test)
}

// TestReuse: a head that was read, failed or given up leaves nothing behind.
func TestReuse(t *testing.T) {
	const good = "GET / HTTP/1.1\r\nHost: a\r\nX:y \r\n\r\n"
	for _, before := range []string{
		"", "POST /x HTTP/1.0\r\nHost: b\r\nHost: c\r\nZ:z\r\n\r\n", "G", "GET / HTTP/1.1\r\nHost: b\r\nUpgr", "GET  ", "GET / HTTP/1.1\r\nDate: 1\r\n:",
	} {
		var fresh, used RequestHead
		_, err := used.Parse([]byte(before), nil)
		if err == nil {
			used.Reset()
		}
		for _, h := range []*RequestHead{&fresh, &used} {
			n, err := h.Parse([]byte(good), nil)
			require.NoError(t, err, "after %q", before)
			require.Equal(t, len(good), n)
		}
		require.Equal(t, fresh.Fields.seen, used.Fields.seen, "after %q", before)
		require.Equal(t, fresh.Fields.repeated, used.Fields.repeated, "after %q", before)
		require.Equal(t, 2, used.Fields.Len())
		require.Equal(t, fresh.Fields.Line(1), used.Fields.Line(1), "after %q", before)
		require.Equal(t, MethodGet, used.Method)
	}
}

// TestEmptyTrailers: an empty trailer section keeps nothing of what was read before, and to the limit.
func TestEmptyTrailers(t *testing.T) {
	const empty = "\r\nGET "
	for _, before := range []string{"\r\n", "Date: a\r\nDate: b\r\n\r\n", strings.Repeat("Date: a\r\n", tapeLines+1) + "\r\n", "\r\r", "Host: a"} {
		var f FieldSection
		_, err := f.Parse([]byte(before), &Options{MaxFields: tapeLines + 1})
		require.Equal(t, err == nil, strings.HasSuffix(before, "\r\n"), "%q", before)
		n, err := f.Parse([]byte(empty), &Options{MaxTrailerSize: 2})
		require.NoError(t, err, "after %q", before)
		require.Equal(t, len("\r\n"), n)
		require.Zero(t, f.Len(), "after %q", before)
		require.False(t, f.Has(FieldDate) || f.Repeated(FieldDate), "after %q", before)
		n, err = f.Parse([]byte("A: b\r\n\r\n"), nil)
		require.NoError(t, err, "after %q", before)
		require.Equal(t, len("A: b\r\n\r\n"), n)
		require.Equal(t, FieldLine{Name: Span{0, 1}, Value: Span{3, 1}}, f.Line(0))
		_, err = f.Parse([]byte(empty), &Options{MaxTrailerSize: 1})
		require.Equal(t, &Error{ErrTrailerTooLarge, 1}, err)
	}
}

// TestSpoiledPieces cuts heads of the corpora that have some octets wrong, under limits and
// leniences, into pieces that are small, or large enough for a kernel to go on with.
func TestSpoiledPieces(t *testing.T) {
	eachWay(t, func(t *testing.T) {
		r := rand.New(rand.NewPCG(1, 99))
		odd := func() byte { return "\r\n\t :\x00\xffa"[r.IntN(8)] }
		var all [][]byte
		for _, name := range []string{"corpus", "chrome1k8", "cookie8k", "short64"} {
			all = append(all, corpora.Load(name)...)
		}
		complete, failed := 0, 0
		for i := range 3000 {
			b := slices.Clone(all[r.IntN(len(all))])
			if r.IntN(3) == 0 {
				b = append(b[:len(b)-2], bytes.Repeat([]byte("X-Name: \tvalue \xe9 abc\r\n"), r.IntN(100))...)
				b = append(b, "\r\n"...)
			}
			for range r.IntN(3) {
				b = slices.Replace(b, r.IntN(len(b)), len(b), append([]byte{odd()}, b[r.IntN(len(b)):]...)...)
			}
			o := &Options{MaxFields: []int{0, 5, 20}[r.IntN(3)], MaxHeadSize: []int{0, 0, 500, 3000}[r.IntN(4)], Lenience: Lenience(r.IntN(2) * r.IntN(16))}
			whole, w := sections()["request"], slices.Clone(b)
			n, err := whole.parse(w, o)
			want := whole.result(w, n, err)
			pieces, most := sections()["request"], 1+r.IntN(1000)
			n, err = 0, nil
			for end := 0; n == 0 && err == nil && end < len(b); {
				end = min(len(b), end+1+r.IntN(most))
				sofar := slices.Clone(b[:end])
				if n, err = pieces.parse(b[:end], o); err == nil && r.IntN(10) == 0 {
					_, err := sections()["request"].parse(sofar, o)
					require.NoError(t, err, "%d: an error comes late: %q", i, sofar)
				}
			}
			require.Equal(t, want, pieces.result(b, n, err), "%d: %q", i, w)
			switch {
			case n > 0:
				complete++
			case err != nil:
				failed++
			}
		}
		require.Greater(t, complete, 500)
		require.Greater(t, failed, 500)
	})
}
