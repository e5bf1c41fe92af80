package parser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// requireLines parses a head of these field lines, each written as wire says, and
// requires their names and values.
func requireLines(t *testing.T, wire, names, values []string) {
	t.Helper()
	o := &Options{MaxFields: 1 << 15, MaxHeadSize: 1 << 20, Lenience: LenientBareLF | LenientObsFold}
	b := []byte("GET / HTTP/1.0\r\n" + strings.Join(wire, "") + "\r\n")
	var h RequestHead
	n, err := h.Parse(b, o)
	require.NoError(t, err)
	require.Equal(t, len(b), n)
	require.Equal(t, len(names), h.Fields.Len())
	seen := map[string]int{}
	for i, name := range names {
		l := h.Fields.Line(i)
		require.Equal(t, name, string(l.Name.Bytes(b)), "line %d", i)
		require.Equal(t, values[i], string(l.Value.Bytes(b)), "line %d", i)
		require.Equal(t, FieldOf(name), l.ID, "line %d", i)
		if _, ok := seen[name]; !ok {
			seen[name] = i
			v, ok := h.Fields.Lookup(b, strings.ToUpper(name))
			require.True(t, ok)
			require.Equal(t, values[i], string(v))
		}
	}
	_, ok := h.Fields.Lookup(b, "absent")
	require.False(t, ok)
	i := 0
	for name := range h.Fields.All(b) {
		if i++; i == 3 {
			require.Equal(t, names[2], string(name))
			break
		}
	}
}

// TestManyLines goes over the number of lines that the tape holds, with lines of
// every kind.
func TestManyLines(t *testing.T) {
	kinds := []struct{ wire, value string }{
		{": %s\r\n", ""}, {":%s\r\n", ""}, {": \t%s \r\n", ""}, {": %s\n", ""},
		{": %s\r\n more\r\n", "   more"}, {":\r\n\t%s\n \r\n", ""}, {":\n", "-"},
	}
	for _, count := range []int{3, tapeLines - 1, tapeLines, tapeLines + 1, tapeLines + 2, 3 * tapeLines} {
		for shift := range kinds {
			var wire, names, values []string
			for i := range count {
				k := kinds[(i+shift)%len(kinds)]
				name := []string{"Host", "X-A", "Date", "x"}[i%4]
				value := fmt.Sprint("v", i)
				switch {
				case k.value == "-":
					wire, value = append(wire, name+k.wire), ""
				default:
					wire, value = append(wire, name+fmt.Sprintf(k.wire, value)), value+k.value
				}
				names, values = append(names, name), append(values, value)
			}
			requireLines(t, wire, names, values)
		}
	}
}

// TestFarLines moves the 64 KiB mark through every octet of some lines.
func TestFarLines(t *testing.T) {
	tail := []string{"Host: a\r\n", "X:b \n", "Date: c\r\n d\r\n", "Y: e\r\n"}
	names := []string{"Long", "Host", "X", "Date", "Y"}
	length := len(strings.Join(tail, ""))
	for short := range length + 8 {
		long := 0x10000 - len("GET / HTTP/1.0\r\nLong: \r\n") + 4 - short
		value := strings.Repeat("l", long)
		wire := append([]string{"Long: " + value + "\r\n"}, tail...)
		requireLines(t, wire, names, []string{value, "a", "b", "c   d", "e"})
	}
}

// TestErrorText shows what an error says.
func TestErrorText(t *testing.T) {
	var h RequestHead
	_, err := h.Parse([]byte("GET / HTTP/1.1\r\nA : b"), nil)
	require.EqualError(t, err, "RFC 9112 §5.1: white space between field name and colon, at octet 17")
	require.ErrorIs(t, err, ErrSpaceBeforeColon)
	require.NotErrorIs(t, err, ErrBareLF)
	e := err.(*Error)
	require.Equal(t, 400, e.Status())
	require.Equal(t, "RFC 9112 §5.1", e.Section())
	require.Equal(t, []string{"HTTP/1.0", "HTTP/1.1", ""}, []string{HTTP10.String(), HTTP11.String(), Version(0).String()})
}
