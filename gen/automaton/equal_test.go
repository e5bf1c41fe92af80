package automaton

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/gen/spec"
)

func TestDifference(t *testing.T) {
	tests := []struct {
		a, b string
		want string // a shortest witness; - for none
	}{
		{`*"a"`, `[ 1*"a" ]`, "-"},
		{`1*( "a" / "b" )`, `( "a" / "b" ) *( "b" / "a" )`, "-"},
		{`"a" *( "b" "a" )`, `*( "a" "b" ) "a"`, "-"},
		{`"a"`, `"b"`, "A"},
		{`%s"a"`, `"a"`, "A"},
		{`1*"a"`, `*"a"`, ""},
		{`*3%s"a"`, `*4%s"a"`, "aaaa"},
		{`%s"ab"`, `%s"ab" [ %s"c" ]`, "abc"},
	}
	for _, tt := range tests {
		a, err := machineOf(t, spec.Rule{Name: "r", Text: tt.a})
		require.NoError(t, err)
		b, err := machineOf(t, spec.Rule{Name: "r", Text: tt.b})
		require.NoError(t, err)
		for range 2 {
			witness, differ := Difference(a, b)
			require.Equal(t, tt.want != "-", differ, "%s against %s", tt.a, tt.b)
			if differ {
				require.Equal(t, tt.want, string(witness), "%s against %s", tt.a, tt.b)
			}
			a, b = b, a
		}
	}
}

// TestMinimal holds sizes of automata that are known.
func TestMinimal(t *testing.T) {
	for text, states := range map[string]int{
		`"a"`:                              2,
		`"ab" / "cb"`:                      3,
		`*"a"`:                             1,
		`*( "a" / "b" ) "a"`:               2,
		`*( "a" / "b" ) "a" ( "a" / "b" )`: 4,
	} {
		a, err := machineOf(t, spec.Rule{Name: "r", Text: text})
		require.NoError(t, err)
		require.Len(t, a.States, states, text)
	}
}
