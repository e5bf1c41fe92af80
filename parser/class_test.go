package parser

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/gen/spec"
)

// TestClassTable holds the class table against the ABNF of each rule.
func TestClassTable(t *testing.T) {
	require.Len(t, classVectors, len(spec.Classes))
	for _, v := range classVectors {
		for c := range 256 {
			in := strings.IndexByte(v.octets, byte(c)) >= 0
			require.Equal(t, in, octets[c]&v.set != 0, "%s has octet %#x", v.rule, c)
		}
	}
}

// TestRun puts every octet at every place of a run.
func TestRun(t *testing.T) {
	for _, v := range classVectors {
		for n := range 20 {
			for at := range n + 1 {
				b := bytes.Repeat([]byte{v.octets[0]}, n)
				for c := range 256 {
					want := n
					if at < n {
						b[at] = byte(c)
						if octets[c]&v.set == 0 {
							want = at
						}
					}
					if got := run(b, v.set); got != uint(want) {
						t.Fatalf("%s: run of %q is %d, not %d", v.rule, b, got, want)
					}
				}
			}
		}
	}
}

// TestMethods looks up every method, and names near to each.
func TestMethods(t *testing.T) {
	for i, m := range spec.Methods {
		id := Method(i + 1)
		require.Equal(t, id, MethodOf(m.Name))
		require.Equal(t, id, MethodOf([]byte(m.Name)))
		require.Equal(t, m.Name, id.String())
		require.Equal(t, m.Safe, id.Safe(), m.Name)
		require.Equal(t, m.Idempotent, id.Idempotent(), m.Name)
		for _, near := range nearby(m.Name) {
			known := slices.ContainsFunc(spec.Methods, func(o spec.Method) bool { return o.Name == near })
			require.Equal(t, known, MethodOf(near) != MethodOther, near)
		}
		require.Equal(t, MethodOther, MethodOf(strings.ToLower(m.Name)), "methods are case-sensitive")
	}
	require.False(t, MethodOther.Safe() || MethodOther.Idempotent())
	require.Empty(t, MethodOther.String())
	require.Empty(t, Method(255).String())
}

// TestFieldIDs looks up every known field name, in any case, and names near to it.
func TestFieldIDs(t *testing.T) {
	require.Equal(t, len(spec.Fields)+1, int(fieldIDs))
	for i, f := range spec.Fields {
		id := FieldID(i + 1)
		for _, name := range []string{f.Name, strings.ToLower(f.Name), strings.ToUpper(f.Name)} {
			require.Equal(t, id, FieldOf(name))
			require.Equal(t, id, FieldOf([]byte(name)))
		}
		require.Equal(t, f.Name, id.String())
		require.Equal(t, f.NotInTrailer, notInTrailer>>id&1 != 0, f.Name)
		for _, near := range nearby(f.Name) {
			known := slices.ContainsFunc(spec.Fields, func(o spec.Field) bool { return strings.EqualFold(o.Name, near) })
			require.Equal(t, known, FieldOf(near) != FieldOther, near)
		}
	}
	require.Empty(t, FieldOther.String())
}

// nearby returns name with each octet changed, left out or doubled.
func nearby(name string) []string {
	out := []string{"", name + "S", "X" + name, name + name}
	for i := range name {
		out = append(out, name[:i]+name[i+1:], name[:i]+name[i:i+1]+name[i:])
		for _, c := range "!~-_0Z" {
			out = append(out, name[:i]+string(c)+name[i+1:])
		}
		out = append(out, name[:i]+string([]byte{name[i] ^ 0x20})+name[i+1:])
	}
	return out
}
