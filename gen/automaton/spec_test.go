package automaton

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/gen/spec"
)

func grammar(t *testing.T) *Grammar {
	t.Helper()
	g, err := NewGrammar(spec.Rules, spec.Leniences)
	require.NoError(t, err)
	return g
}

// TestClasses holds the ranges of each class against the ABNF beside them.
func TestClasses(t *testing.T) {
	g := grammar(t)
	for _, c := range spec.Classes {
		want, err := g.Set(c.Rule)
		require.NoError(t, err)
		var have Set
		for _, r := range c.Ranges {
			have.Add(r.Lo, r.Hi)
		}
		assert.Equal(t, want.Ranges(), have.Ranges(), "ranges of %s are those of %s", c.Name, c.Rule)
	}
	_, err := g.Set("token")
	require.Error(t, err, "a token is more than one octet")
}

// TestSpecIsWhole finds what is named and not there, and what is there and not
// used.
func TestSpecIsWhole(t *testing.T) {
	g := grammar(t)
	var roots []string
	codes := map[string]bool{}
	for _, e := range spec.Errors {
		assert.False(t, codes[e.Go], "Err%s is there twice", e.Go)
		codes[e.Go] = true
		assert.Contains(t, []int{400, 414, 431, 501, 505}, e.Status, e.Go)
		assert.Regexp(t, `^RFC \d+ §[\d.]+$`, e.Section, e.Go)
	}
	for i := range spec.Machines {
		m := &spec.Machines[i]
		roots = append(roots, m.Start)
		for _, s := range m.States {
			assert.True(t, s.Expect == "" || codes[s.Expect], "state %s%s: no Err%s", m.Name, s.Name, s.Expect)
			for _, in := range s.Insteads {
				assert.True(t, codes[in.Error], "state %s%s: no Err%s", m.Name, s.Name, in.Error)
			}
		}
		_, err := Compile(g, m)
		assert.NoError(t, err)
	}
	for _, c := range spec.Classes {
		roots = append(roots, c.Rule)
	}
	assert.Empty(t, g.Unused(roots), "rules that no machine and no class needs")
	for _, l := range spec.Leniences {
		assert.True(t, codes[l.Error], "lenience %s: no Err%s", l.Go, l.Error)
		assert.NotEmpty(t, l.Risk, l.Go)
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
