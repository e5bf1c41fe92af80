package main

import (
	"fmt"
	"strings"

	"github.com/h1wire/h1wire/parser"
)

// bits are lenience bits with the names that -lenient has for them.
type bits []struct {
	name string
	bit  parser.Lenience
}

var leniences = bits{
	{"bare-lf", parser.LenientBareLF},
	{"obs-fold", parser.LenientObsFold},
	{"missing-reason-space", parser.LenientMissingReasonSpace},
}

func (b bits) names() []string {
	names := make([]string, len(b))
	for i := range b {
		names[i] = b[i].name
	}
	return names
}

// parse returns the bits of a list of names, a comma between them.
func (b bits) parse(list string) (set parser.Lenience, err error) {
next:
	for name := range strings.SplitSeq(list, ",") {
		for i := range b {
			if b[i].name == name {
				set |= b[i].bit
				continue next
			}
		}
		return 0, fmt.Errorf("%q is none of %s", name, strings.Join(b.names(), ", "))
	}
	return set, nil
}
