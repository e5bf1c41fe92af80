package main

import (
	"github.com/h1wire/h1wire/gen/asm"
	"github.com/h1wire/h1wire/gen/doc"
	"github.com/h1wire/h1wire/gen/golang"
	"github.com/h1wire/h1wire/gen/vector"
)

// emitters says which function writes which file. Each is a pure function of
// gen/spec: the same grammar, the same octets.
var emitters = []struct {
	name string // relative to the module's root
	emit func() ([]byte, error)
}{
	{"parser/GRAMMAR.md", doc.Grammar},
	{"parser/zchunk.go", golang.Chunk},
	{"parser/zclasses.go", golang.Classes},
	{"parser/zerrors.go", golang.Errors},
	{"parser/zfields.go", golang.Fields},
	{"parser/zhost.go", golang.Host},
	{"parser/zhead_avx2_amd64.s", asm.AVX2},
	{"parser/zhead_avx512_amd64.s", asm.AVX512},
	{"parser/zlenience.go", golang.Lenience},
	{"parser/zmethods.go", golang.Methods},
	{"parser/zpiece_amd64.s", asm.Piece},
	{"parser/zrequest.go", golang.Request},
	{"parser/zresponse.go", golang.Response},
	{"parser/ztrailer.go", golang.Trailer},
	{"parser/zvectors_test.go", vector.Vectors},
	{"parser/zwords.go", golang.Words},
}
