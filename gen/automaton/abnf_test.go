package automaton

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/gen/spec"
)

// machineOf compiles rules; the first is the start.
func machineOf(t *testing.T, rules ...spec.Rule) (*Machine, error) {
	t.Helper()
	g, err := NewGrammar(rules, nil)
	require.NoError(t, err)
	return Compile(g, &spec.Machine{Name: "test", Start: rules[0].Name, Anchored: true})
}

func TestABNF(t *testing.T) {
	tests := []struct {
		text     string
		yes, not []string
	}{
		{`"a"`, []string{"a", "A"}, []string{"", "b", "aa"}},
		{`%s"aB"`, []string{"aB"}, []string{"ab", "AB"}},
		{`""`, []string{""}, []string{" "}},
		{`%x41-43`, []string{"A", "B", "C"}, []string{"D", "AB"}},
		{`%x0D.0A`, []string{"\r\n"}, []string{"\r", "\n"}},
		{`%d65`, []string{"A"}, nil},
		{`"a" "b" / "c"`, []string{"ab", "c"}, []string{"a", "ac"}},
		{`"a" ( "b" / "c" )`, []string{"ab", "ac"}, []string{"a", "c"}},
		{`[ "a" ] "b"`, []string{"ab", "b"}, []string{"a", "aab"}},
		{`*"a"`, []string{"", "aaaa"}, []string{"b"}},
		{`1*"a"`, []string{"a", "aa"}, []string{""}},
		{`*2"a"`, []string{"", "a", "aa"}, []string{"aaa"}},
		{`2*3"a"`, []string{"aa", "aaa"}, []string{"a", "aaaa"}},
		{`2( "a" / "b" )`, []string{"ab", "bb"}, []string{"a", "abb"}},
		{"\"a\"\n\t\t/ \"b\"", []string{"a", "b"}, nil},
	}
	for _, tt := range tests {
		a, err := machineOf(t, spec.Rule{Name: "r", Text: tt.text})
		require.NoError(t, err, tt.text)
		for _, s := range tt.yes {
			at, ok := a.Run(s)
			assert.True(t, ok && a.Ends(at), "%s takes %q", tt.text, s)
		}
		for _, s := range tt.not {
			at, ok := a.Run(s)
			assert.False(t, ok && a.Ends(at), "%s refuses %q", tt.text, s)
		}
	}
}

func TestABNFErrors(t *testing.T) {
	for _, text := range []string{``, `"a`, `( "a"`, `[ "a" )`, `"a" /`, `%`, `%b01`, `%s`, `%x`, `%xZZ`, `%x100`, `%x41-`, `2`, `"a" )`, `@`} {
		_, err := ParseABNF(text)
		assert.Error(t, err, "%q", text)
	}
}
