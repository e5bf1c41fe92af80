package main

import (
	"bytes"
	"fmt"
	"strings"
)

// diff shows the lines in which two versions of a generated file differ, each
// run of them with its line number: what is there with -, what should be with +.
func diff(name string, have, want []byte) string {
	if have == nil {
		return fmt.Sprintf("%s: missing (%d octets)\n", name, len(want))
	}
	h, w := bytes.Split(have, []byte("\n")), bytes.Split(want, []byte("\n"))
	var out strings.Builder
	fmt.Fprintf(&out, "--- %s\n+++ %s (generated)\n", name, name)
	for i, j := 0, 0; i < len(h) || j < len(w); {
		if i < len(h) && j < len(w) && bytes.Equal(h[i], w[j]) {
			i, j = i+1, j+1
			continue
		}
		di, dj := resync(h[i:], w[j:])
		fmt.Fprintf(&out, "@@ line %d\n", i+1)
		for _, l := range h[i : i+di] {
			fmt.Fprintf(&out, "-%s\n", l)
		}
		for _, l := range w[j : j+dj] {
			fmt.Fprintf(&out, "+%s\n", l)
		}
		i, j = i+di, j+dj
	}
	return out.String()
}

// resync finds the nearest place where both go on alike: how many lines to
// leave on either side.
func resync(h, w [][]byte) (int, int) {
	for d := 1; d < len(h)+len(w); d++ {
		for i := max(0, d-len(w)); i <= min(d, len(h)); i++ {
			if alike(h[i:], w[d-i:]) {
				return i, d - i
			}
		}
	}
	return len(h), len(w)
}

// alike reports whether both begin with the same line. An empty line says little,
// so the next has to be the same too.
func alike(h, w [][]byte) bool {
	if len(h) == 0 || len(w) == 0 || !bytes.Equal(h[0], w[0]) {
		return false
	}
	if len(h[0]) > 0 || len(h) == 1 && len(w) == 1 {
		return true
	}
	return len(h) > 1 && len(w) > 1 && bytes.Equal(h[1], w[1])
}
