package main

import (
	"hash/fnv"
	"math/rand/v2"
	"strings"
)

// source is where the choices come from. The same seed and corpus name make the
// same choices, whatever other corpora there are.
type source struct{ *rand.Rand }

func newSource(seed uint64, name string) *source {
	h := fnv.New64a()
	h.Write([]byte(name))
	return &source{rand.New(rand.NewPCG(seed, h.Sum64()))}
}

// between returns a number from low to high, both included.
func (s *source) between(low, high int) int { return low + s.IntN(high-low+1) }

// chance is true with probability p.
func (s *source) chance(p float64) bool { return s.Float64() < p }

func (s *source) pick(choices ...string) string { return choices[s.IntN(len(choices))] }

const (
	lower    = "abcdefghijklmnopqrstuvwxyz"
	digits   = "0123456789"
	hexits   = digits + "abcdef"
	alphanum = lower + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + digits
	tokens   = alphanum + "-_.~"
)

// text returns n octets of an alphabet.
func (s *source) text(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[s.IntN(len(alphabet))]
	}
	return string(b)
}

// fields is a field section on its way to text.
type fields struct {
	*source
	lines []string
}

func (f *fields) add(name, value string) { f.lines = append(f.lines, name+": "+value) }

// maybe adds a field line with probability p. The value is made first, so that
// the choices that follow do not depend on p.
func (f *fields) maybe(p float64, name, value string) {
	if f.chance(p) {
		f.add(name, value)
	}
}

// shuffle puts the lines behind the first `kept` into any order.
func (f *fields) shuffle(kept int) {
	rest := f.lines[kept:]
	f.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
}

// lowerNames spells every field name in lower case, as some clients do.
func (f *fields) lowerNames() {
	for i, line := range f.lines {
		name, rest, _ := strings.Cut(line, ":")
		f.lines[i] = strings.ToLower(name) + ":" + rest
	}
}

// head joins a start line and the field section.
func (f *fields) head(startLine string) string {
	return startLine + "\r\n" + strings.Join(f.lines, "\r\n") + "\r\n\r\n"
}
