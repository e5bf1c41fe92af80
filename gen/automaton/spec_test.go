package automaton

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/gen/spec"
)

// grammar is the spec's.
func grammar(t *testing.T) *Grammar {
	t.Helper()
	g, err := NewGrammar(spec.Rules, spec.Leniences)
	require.NoError(t, err)
	return g
}

// TestCheck: the grammar does not contradict itself, and if it did, it would be
// found.
func TestCheck(t *testing.T) {
	check := func(rules []spec.Rule, classes []spec.Class, machines []spec.Machine, errors []spec.Error) error {
		g, err := NewGrammar(rules, spec.Leniences)
		require.NoError(t, err)
		return Check(g, classes, machines, errors)
	}
	require.NoError(t, check(spec.Rules, spec.Classes, spec.Machines, spec.Errors))

	class := spec.Class{Name: "X", Rule: "tchar", Ranges: []spec.Range{{Lo: 'a', Hi: 'z'}}}
	err := check(spec.Rules, append(slices.Clone(spec.Classes), class), spec.Machines, spec.Errors)
	assert.ErrorContains(t, err, "class X: its ranges are a-z, but rule tchar is")
	class.Rule = "token"
	err = check(spec.Rules, append(slices.Clone(spec.Classes), class), spec.Machines, spec.Errors)
	assert.ErrorContains(t, err, "rule token is not a set of single octets")
	rule := spec.Rule{Name: "spare", Text: `"a"`}
	err = check(append(slices.Clone(spec.Rules), rule), spec.Classes, spec.Machines, spec.Errors)
	assert.ErrorContains(t, err, "unreachable rules: spare")
	err = check(spec.Rules, spec.Classes, spec.Machines, spec.Errors[1:])
	assert.ErrorContains(t, err, "there is no error "+spec.Errors[0].Go)
	for _, l := range spec.Leniences {
		gone := slices.DeleteFunc(slices.Clone(spec.Errors), func(e spec.Error) bool { return e.Go == l.Error })
		assert.ErrorContains(t, check(spec.Rules, spec.Classes, nil, gone), "there is no error "+l.Error)
	}
}

// TestSections: every rule, error and lenience says where it comes from.
func TestSections(t *testing.T) {
	codes := map[string]bool{}
	for _, e := range spec.Errors {
		assert.False(t, codes[e.Go], "Err%s is there twice", e.Go)
		codes[e.Go] = true
		assert.Contains(t, []int{400, 414, 431, 501, 505}, e.Status, e.Go)
		assert.Regexp(t, `^RFC \d+ §[\d.]+$`, e.Section, e.Go)
	}
	for _, l := range spec.Leniences {
		assert.NotEmpty(t, l.Risk, l.Go)
		assert.Regexp(t, `^RFC \d+ §[\d.]+$`, l.Section, l.Go)
	}
	for _, r := range spec.Rules {
		assert.Regexp(t, `^RFC \d+ (§|Appendix )[\w.]+$`, r.Section, r.Name)
	}
}

// TestNames holds methods and field names against token.
func TestNames(t *testing.T) {
	tchar, err := grammar(t).Set("tchar")
	require.NoError(t, err)
	var names, ids []string
	for _, m := range spec.Methods {
		names, ids = append(names, m.Name), append(ids, m.Go)
		assert.True(t, !m.Safe || m.Idempotent, "%s: what is safe is idempotent (RFC 9110 §9.2.2)", m.Name)
	}
	assert.True(t, slices.IsSorted(names), "methods stand in the registry's order")
	for _, f := range spec.Fields {
		names, ids = append(names, f.Name), append(ids, f.Go)
		assert.True(t, strings.HasPrefix(f.ABNF, f.Name+" = "), f.Name)
		assert.True(t, f.Role&(spec.Frames|spec.Routes) == 0 || f.NotInTrailer, "%s frames or routes", f.Name)
	}
	for i, n := range names {
		for _, c := range []byte(n) {
			assert.True(t, tchar.Has(c), n)
		}
		assert.Equal(t, i, slices.Index(names, n), "%s is there twice", n)
		assert.Equal(t, i, slices.Index(ids, ids[i]), "%s is there twice", ids[i])
	}
}
