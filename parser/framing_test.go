package parser

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFramingKindString(t *testing.T) {
	for k, want := range map[FramingKind]string{NoBody: "NoBody", FixedLength: "FixedLength", Chunked: "Chunked", UntilClose: "UntilClose", 9: "FramingKind?"} {
		assert.Equal(t, want, k.String())
	}
}
