package golang

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/gen/automaton"
	"github.com/h1wire/h1wire/gen/spec"
)

// TestHash: every name has a slot of its own, and is what that slot holds.
func TestHash(t *testing.T) {
	sets := [][]string{{"a"}, {"GET", "PUT", "POST"}, {"LINK", "LOCK", "UNLINK", "UNLOCK"}}
	var many []string
	for i := range 60 {
		many = append(many, fmt.Sprintf("%c%s%c", 'a'+i%13, strings.Repeat("-", i/13), 'A'+i%26))
	}
	for _, names := range append(sets, many) {
		for _, fold := range []byte{0, 0x20} {
			p, err := hash(names, fold)
			require.NoError(t, err, "%q", names)
			taken := 0
			for _, s := range p.slots {
				if s > 0 {
					taken++
				}
			}
			require.Equal(t, len(names), taken)
			for i, n := range names {
				require.Equal(t, i+1, p.slots[p.key(n)*p.mult>>p.shift], n)
				if fold != 0 {
					require.Equal(t, p.key(strings.ToLower(n)), p.key(strings.ToUpper(n)))
				}
			}
		}
	}
	_, err := hash([]string{"abcdef", "abcxef"}, 0)
	require.NoError(t, err, "the third octet from the end tells them apart")
	_, err = hash([]string{"ab-cdefgh-ij", "ab-cdXfgh-ij"}, 0)
	require.ErrorContains(t, err, "no perfect hash")
}

// emitted runs an emitter on a grammar of one rule.
func emitted(t *testing.T, emit func(*automaton.Machine, *spec.Machine) error, text string, m spec.Machine) error {
	t.Helper()
	g, err := automaton.NewGrammar([]spec.Rule{{Name: "r", Text: text}}, nil)
	require.NoError(t, err)
	m.Name, m.Start = "test", "r"
	a, err := automaton.Compile(g, &m)
	require.NoError(t, err)
	return emit(a, &m)
}

// TestRefusals: what cannot be emitted is an error, never less code.
func TestRefusals(t *testing.T) {
	scanner := func(a *automaton.Machine, m *spec.Machine) error { return emitScanner(newFile(), m, a) }
	states := []spec.State{{Name: "Start", Expect: "Method"}, {Name: "End", After: "a"}}

	assert.NoError(t, emitted(t, scanner, `%s"a"`, spec.Machine{States: states}))
	assert.ErrorContains(t, emitted(t, scanner, `%s"a"`, spec.Machine{
		States: states, Marks: []spec.Mark{{Rule: "r", Action: "dance"}},
	}), "no code for action dance")
	assert.ErrorContains(t, emitted(t, scanner, `%s"a" / %s"c" / %s"e"`, spec.Machine{States: states}), "no class is the set a c e")

	long := spec.Machine{}
	for i := range 33 {
		long.States = append(long.States, spec.State{Name: fmt.Sprint("S", i), After: strings.Repeat("a", i), Expect: "Method"})
	}
	assert.ErrorContains(t, emitted(t, scanner, `32%s"a"`, long), "33 states by 2 classes do not fit")

	str := func(a *automaton.Machine, m *spec.Machine) error { return emitString(newFile(), m, a) }
	assert.ErrorContains(t, emitted(t, str, `300"a"`, spec.Machine{Anchored: true}), "do not fit an octet")
	_, err := machine("none", emitScanner)
	assert.ErrorContains(t, err, "no machine none")
}

func TestWrap(t *testing.T) {
	assert.Equal(t, []string{"aa bb", "cc"}, wrap("aa bb cc", 5))
	assert.Equal(t, []string{"aa", "bbbbbbbb"}, wrap("aa bbbbbbbb", 5))
	assert.Equal(t, []string{""}, wrap("", 5))
}

// TestWordRefusals: words tell no octets that the class does not have, nor NUL, DEL
// or some only of those from 80 on.
func TestWordRefusals(t *testing.T) {
	all := []spec.Range{{Lo: 0, Hi: 0xFF}}
	for _, c := range []struct {
		class spec.Class
		want  string
	}{
		{spec.Class{Name: "A", Ranges: all, Words: []spec.Range{{Lo: 'a', Hi: 'z'}, {Lo: 0x80, Hi: 0xFF}}}, ""},
		{spec.Class{Name: "A", Ranges: []spec.Range{{Lo: 'a', Hi: 'y'}}, Words: []spec.Range{{Lo: 'a', Hi: 'z'}}}, "octet 0x7a is in Words, but not in Ranges"},
		{spec.Class{Name: "A", Ranges: all, Words: []spec.Range{{Lo: 0, Hi: 'a'}}}, "cannot tell the octets 0x00 to 0x61"},
		{spec.Class{Name: "A", Ranges: all, Words: []spec.Range{{Lo: 'a', Hi: 0x7F}}}, "cannot tell the octets 0x61 to 0x7f"},
		{spec.Class{Name: "A", Ranges: all, Words: []spec.Range{{Lo: 0x80, Hi: 0x90}}}, "cannot tell the octets 0x80 to 0x90"},
	} {
		err := emitWordClass(newFile(), c.class)
		if c.want == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, c.want)
		}
	}
}

// TestWordHash: every name that two words hold has a slot of its own.
func TestWordHash(t *testing.T) {
	names := map[int]string{0: "Host", 3: "Content-Length", 4: "Content-Type", 7: "TE"}
	mult, width, slots, err := wordHash(names)
	require.NoError(t, err)
	for i, n := range names {
		low, high := wordName(strings.ToUpper(n))
		require.Equal(t, i+1, slots[(low^high)*mult>>(64-width)], n)
	}
	_, _, _, err = wordHash(map[int]string{0: "same", 1: "SAME"})
	require.ErrorContains(t, err, "no perfect hash")
}
