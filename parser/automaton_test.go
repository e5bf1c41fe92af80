package parser

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/gen/automaton"
	"github.com/h1wire/h1wire/gen/spec"
)

// The tests of this file hold what was compiled into this package, scanners and
// tables as they run, against automata made from the ABNF of gen/spec: they walk
// the product of both through every pair of states that any input leads to. The
// generator has no say in it: of gen they use the ABNF reader and the
// construction, never the emitter, and never the compiled automaton's marks.

// walker drives a compiled scanner one octet at a time, from any state.
type walker struct {
	start, end uint8
	scan       func(f *FieldSection, b []byte, l Lenience) outcome
	l          Lenience
}

func (w walker) Begin() int      { return int(w.start) }
func (w walker) Ends(s int) bool { return s == int(w.end) }
func (w walker) octet(s int, c byte) (*FieldSection, outcome) {
	// A section that has come into state s somehow: behind a field line "a:bb",
	// whose end has been noted, and within the next.
	b := []byte("xxa:bb\r\naaaa\r\nxxxx")
	f := &FieldSection{}
	f.begin(uint8(s))
	f.lim = 9
	f.start, f.colon = 2, 3
	f.fieldEnd(b, 6)
	f.colon, f.pos = 10, 14
	b[14] = c
	return f, w.scan(f, b[:15], w.l)
}

func (w walker) Walk(s int, c byte) (int, bool) {
	if w.Ends(s) {
		return 0, false
	}
	f, out := w.octet(s, c)
	switch out {
	case more:
		return int(f.state), true
	case done:
		return int(w.end), true
	}
	return 0, false
}

// chunkWalker drives the table of chunk lines.
type chunkWalker struct{ start uint8 }

func (w chunkWalker) Begin() int      { return int(w.start) }
func (w chunkWalker) Ends(s int) bool { return s == chunkLineEnd }
func (w chunkWalker) Walk(s int, c byte) (int, bool) {
	if w.Ends(s) {
		return 0, false
	}
	body := ChunkedBody{state: uint8(s)}
	if body.scan([]byte{c}, &strict) < 0 {
		return 0, false
	}
	return int(body.state), true
}

// hostWalker drives the table of hosts.
type hostWalker struct{}

func (hostWalker) Begin() int      { return 1 }
func (hostWalker) Ends(s int) bool { return hostEnds[s] }
func (hostWalker) Walk(s int, c byte) (int, bool) {
	next := hostStep[s][hostClass[c]]
	return int(next), next != 0
}

// walkers lists what is compiled in, by the machine of the spec that it should be.
func walkers(l Lenience) map[string]automaton.Walker {
	return map[string]automaton.Walker{
		"request":  walker{requestStart, requestEnd, (*FieldSection).scanRequest, l},
		"response": walker{responseStart, responseEnd, (*FieldSection).scanResponse, l},
		"trailer":  walker{trailerFirstField, trailerEnd, (*FieldSection).scanTrailer, l},
		"chunk":    chunkWalker{chunkData},
		"host":     hostWalker{},
	}
}

func abnf(t *testing.T) *automaton.Grammar {
	t.Helper()
	g, err := automaton.NewGrammar(spec.Rules, spec.Leniences)
	require.NoError(t, err)
	return g
}

// grantOf tells which leniences of the spec are bits of l.
func grantOf(l Lenience) func(string) bool {
	return func(name string) bool {
		i := slices.IndexFunc(spec.Leniences, func(s spec.Lenience) bool { return s.Go == name })
		return l>>i&1 != 0
	}
}

// TestLanguage proves that the scanners accept the language of the ABNF, no more
// and no less, and refuse every wrong input at its first wrong octet: strictly,
// and with every set of leniences.
func TestLanguage(t *testing.T) {
	g := abnf(t)
	for l := range Lenience(1) << len(spec.Leniences) {
		compiled := walkers(l)
		for i := range spec.Machines {
			m := &spec.Machines[i]
			if _, lenient := compiled[m.Name].(walker); l != 0 && !lenient {
				delete(compiled, m.Name) // it has no lenience
				continue
			}
			want, err := automaton.Language(g, m, grantOf(l))
			require.NoError(t, err)
			witness, differ := automaton.Difference(want, compiled[m.Name])
			require.False(t, differ, "%s with lenience %b: the ABNF and the scanner part at %q", m.Name, l, witness)
			delete(compiled, m.Name)
		}
		require.Empty(t, compiled, "every scanner has its machine")
	}
}

// TestLanguageCatches shows that the walk can fail: one rule changed by one octet
// is found.
func TestLanguageCatches(t *testing.T) {
	changes := map[string]string{
		"tchar":        `"!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "|" / "~" / DIGIT / ALPHA`,
		"target-octet": `%x21-7E`,
		"obs-text":     `%x80-FE`,
		"status-code":  `3DIGIT`,
		"empty-line":   `CRLF / LF`,
		"h16":          `1*5HEXDIG`,
		"qdtext":       `HTAB / SP / %x21 / %x23-7E / obs-text`,
		"field-line":   `field-name BWS ":" OWS field-value OWS`,
	}
	for name, text := range changes {
		rules := slices.Clone(spec.Rules)
		i := slices.IndexFunc(rules, func(r spec.Rule) bool { return r.Name == name })
		rules[i].Text = text
		g, err := automaton.NewGrammar(rules, spec.Leniences)
		require.NoError(t, err)
		found := false
		for i := 0; i < len(spec.Machines) && !found; i++ {
			m := spec.Machines[i]
			m.Marks = nil // they say nothing about the language
			want, err := automaton.Language(g, &m, grantOf(0))
			require.NoError(t, err, name)
			_, found = automaton.Difference(want, walkers(0)[m.Name])
		}
		require.True(t, found, "%s = %s goes unnoticed", name, text)
	}
}

// TestFirstChunk: a body begins within next-chunk, as if data had just ended.
func TestFirstChunk(t *testing.T) {
	want, err := automaton.Language(abnf(t), &spec.Machine{Start: "chunk-line"}, grantOf(0))
	require.NoError(t, err)
	witness, differ := automaton.Difference(want, chunkWalker{ChunkedBody{}.state})
	require.False(t, differ, "%q", witness)
}

// TestFaults holds the error of every octet that has no way on, in every state,
// against the spec's.
func TestFaults(t *testing.T) {
	code := map[string]ErrorCode{}
	for i, e := range spec.Errors {
		code[e.Go] = ErrorCode(i + 1)
		require.Equal(t, e.Section+": "+e.Text, code[e.Go].Error())
		require.Equal(t, e.Status, code[e.Go].Status())
	}
	g := abnf(t)
	for i := range spec.Machines {
		m := &spec.Machines[i]
		a, err := automaton.Compile(g, m)
		require.NoError(t, err)
		for l := range Lenience(1) << len(spec.Leniences) {
			w, ok := walkers(l)[m.Name].(walker)
			for s, state := range a.States {
				for c := 0; ok && c < 256 && !state.Accept; c++ {
					f, out := w.octet(s, byte(c))
					if out == failed && f.err != (Error{code[state.Expect[c]], 14}) {
						t.Fatalf("%s%s, octet %q, lenience %b: %v", m.Name, state.Name, byte(c), l, &f.err)
					}
				}
			}
		}
	}
}

// TestTwoOctets: what two octets do in one call they do in two, in every state.
func TestTwoOctets(t *testing.T) {
	for name, compiled := range walkers(0) {
		w, ok := compiled.(walker)
		if !ok {
			continue
		}
		var f [2]FieldSection
		var out [2]outcome
		b := []byte("xxa:bb\r\naaaa\r\nxxxx")
		for s := range int(w.end) {
			for pair := range 1 << 16 {
				b[14], b[15] = byte(pair>>8), byte(pair)
				for k := range f {
					f[k].begin(uint8(s))
					f[k].lim = 9
					f[k].start, f[k].colon = 2, 3
					f[k].fieldEnd(b, 6)
					f[k].colon, f[k].pos = 10, 14
				}
				out[0] = w.scan(&f[0], b[:16], 0)
				if out[1] = w.scan(&f[1], b[:15], 0); out[1] == more {
					out[1] = w.scan(&f[1], b[:16], 0)
				}
				if out[0] != out[1] || f[0].pos != f[1].pos || f[0].err != f[1].err || out[0] == more && f[0].state != f[1].state {
					t.Fatalf("%s, state %d, %q: %v and %v", name, s, b[14:16], out[0], out[1])
				}
			}
		}
	}
}
