package main

import "github.com/h1wire/h1wire/gen/golang"

// emitters says which package writes which file. Each is a pure function of
// gen/spec: the same grammar, the same octets.
var emitters = []struct {
	name string
	emit func() ([]byte, error)
}{
	{"parser/zchunk.go", golang.Chunk},
	{"parser/zclasses.go", golang.Classes},
	{"parser/zerrors.go", golang.Errors},
	{"parser/zfields.go", golang.Fields},
	{"parser/zhost.go", golang.Host},
	{"parser/zlenience.go", golang.Lenience},
	{"parser/zmethods.go", golang.Methods},
	{"parser/zrequest.go", golang.Request},
	{"parser/zresponse.go", golang.Response},
	{"parser/ztrailer.go", golang.Trailer},
}
