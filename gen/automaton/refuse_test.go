package automaton

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/gen/spec"
)

// TestRefusals holds one grammar for each thing that the generator must not let
// through.
func TestRefusals(t *testing.T) {
	type rules = []spec.Rule
	tests := []struct {
		name    string
		rules   rules
		machine spec.Machine
		lenient []spec.Lenience
		want    string
	}{
		{
			name: "undefined rule", rules: rules{{Name: "r", Text: `"a" missing`}},
			want: "rule missing is not defined",
		},
		{
			name: "recursion", rules: rules{{Name: "r", Text: `"a" [ r ] "b"`}},
			want: "not regular",
		},
		{
			name: "rule defined twice", rules: rules{{Name: "r", Text: `"a"`}, {Name: "r", Text: `"b"`}},
			want: "defined twice",
		},
		{
			name: "malformed rule", rules: rules{{Name: "r", Text: `"a`}},
			want: "quote is missing",
		},
		{
			name: "lenience without its rule", rules: rules{{Name: "r", Text: `"a"`}},
			lenient: []spec.Lenience{{Go: "L", Rule: "gone"}},
			want:    "rule gone is not defined",
		},
		{
			name: "ambiguous end", rules: rules{{Name: "r", Text: `1*"a"`}},
			want: "ambiguous end",
		},
		{
			name:  "two marks for one octet",
			rules: rules{{Name: "r", Text: `( x / y ) "!"`}, {Name: "x", Text: `"a"`}, {Name: "y", Text: `"a"`}},
			machine: spec.Machine{Marks: []spec.Mark{
				{Rule: "x", Action: "one"}, {Rule: "y", Action: "other"},
			}},
			want: "ambiguous: do [one] or [other]",
		},
		{
			name:    "a mark that only one of two ways has",
			rules:   rules{{Name: "r", Text: `x "!" / "a!"`}, {Name: "x", Text: `"a"`}},
			machine: spec.Machine{Marks: []spec.Mark{{Rule: "x", Action: "one"}}},
			want:    "ambiguous: do",
		},
		{
			name:    "a mark that may be yet to end",
			rules:   rules{{Name: "r", Text: `x *"a" "!"`}, {Name: "x", Text: `1*"a"`}},
			machine: spec.Machine{Marks: []spec.Mark{{Rule: "x", End: true, Action: "one"}}},
			want:    "ambiguous: do",
		},
		{
			name:    "a lenience that overlaps the strict grammar",
			rules:   rules{{Name: "r", Text: `( "a" / x ) "!"`}, {Name: "x", Text: `"a"`}},
			lenient: []spec.Lenience{{Go: "L", Rule: "x"}},
			want:    "ambiguous: needs leave",
		},
		{
			name:    "a state without a name",
			rules:   rules{{Name: "r", Text: `"ab"`}},
			machine: spec.Machine{States: []spec.State{{Name: "A", Expect: "E"}}},
			want:    `the state after "A" has no name`,
		},
		{
			name:  "two names for one state",
			rules: rules{{Name: "r", Text: `*"a" "b"`}},
			machine: spec.Machine{States: []spec.State{
				{Name: "A", Expect: "E"}, {Name: "B", After: "a", Expect: "E"},
			}},
			want: "states A and B are one and the same",
		},
		{
			name:    "a state that cannot be reached",
			rules:   rules{{Name: "r", Text: `"ab"`}},
			machine: spec.Machine{States: []spec.State{{Name: "A", After: "x", Expect: "E"}}},
			want:    `does not let "x" begin anything`,
		},
		{
			name:    "a state without an error",
			rules:   rules{{Name: "r", Text: `"a"`}},
			machine: spec.Machine{States: []spec.State{{Name: "A"}}},
			want:    "it has no error",
		},
		{
			name:  "an error that never happens",
			rules: rules{{Name: "r", Text: `x`}, {Name: "x", Text: `"a"`}},
			machine: spec.Machine{States: []spec.State{
				{Name: "A", Expect: "E", Insteads: []spec.Instead{{Set: "x", Error: "F"}}},
			}},
			want: "F never happens",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g, err := NewGrammar(tt.rules, tt.lenient)
			if err == nil {
				tt.machine.Name, tt.machine.Start = "test", "r"
				_, err = Compile(g, &tt.machine)
			}
			require.ErrorContains(t, err, tt.want)
		})
	}
}

// TestDeadState needs a grammar that ABNF alone cannot write: a way that only a
// lenience that is not granted would finish.
func TestDeadState(t *testing.T) {
	g, err := NewGrammar(
		[]spec.Rule{{Name: "r", Text: `"a" / "b" x`}, {Name: "x", Text: `"c"`}},
		[]spec.Lenience{{Go: "L", Rule: "x"}},
	)
	require.NoError(t, err)
	m := &spec.Machine{Name: "test", Start: "r"}
	_, err = Compile(g, m)
	require.NoError(t, err)
	_, err = Language(g, m, func(string) bool { return false })
	require.ErrorContains(t, err, `after "B" no end can be reached: dead state`)
}

// TestUnused finds the rules that no machine needs.
func TestUnused(t *testing.T) {
	g, err := NewGrammar([]spec.Rule{
		{Name: "r", Text: `*( x / [ "b" ] )`}, {Name: "x", Text: `"a"`}, {Name: "y", Text: `x`},
	}, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"y"}, g.Unused([]string{"r"}))
}
