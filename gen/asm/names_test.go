package asm

import (
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/gen/spec"
)

// A known field name is one line in the spec: the constants that find it are searched
// for, and what cannot be is refused with a reason.
func TestFieldNamesCanBeAdded(t *testing.T) {
	was := spec.Fields
	defer func() { spec.Fields = was }()
	add := func(name string) error {
		spec.Fields = append(slices.Clone(spec.Fields), spec.Field{Name: name})
		n, err := loadNames()
		if err == nil {
			found := map[int]bool{}
			for _, f := range n.name[1:] {
				found[n.keys.of(nameKey(f))] = true
			}
			require.Len(t, found, len(spec.Fields))
		}
		return err
	}
	require.NoError(t, add("User-Agent"))
	require.NoError(t, add("Cookie"))
	for i := len(spec.Fields); i < 16; i++ {
		require.NoError(t, add("X-Name-"+strconv.Itoa(1000*i)))
	}
	require.ErrorContains(t, add("Accept"), "17 field names")

	spec.Fields = was
	require.ErrorContains(t, add("X"), "2 to 29 octets")
	spec.Fields = was
	require.ErrorContains(t, add("Cross-Connection"), "Cross-Connection and proxy-connection: length")
	spec.Fields = was
	require.ErrorContains(t, add("Private-Connection"), "private-connection and proxy-connection: first octet")
}
