package asm

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/h1wire/h1wire/gen/spec"
)

// names is how a kernel finds the known field names. At each colon, the length
// of the name and a hash of the five octets before the colon find candidates. The
// length and one octet of a candidate say which name it must be, and a comparison
// in full has the last word.
type names struct {
	name []string   // by FieldID, in lower case
	mult uint64     // of the hash
	bits [32]uint64 // by nameLength: bit h is set when a known name has hash h
	id   [1024]byte // FieldID by nameIndex
}

const fold = 0x2020202020202020

// nameLength is minus the distance from the CR before a name to its colon, which
// is its length and two.
func nameLength(name string) int { return -(len(name) + 2) & 31 }

// lineEnding is the last octets of a line up to its colon.
func lineEnding(name string, n int) string {
	line := "\r\n" + name
	return line[len(line)-n:]
}

// nameIndex is the fourth last octet without its case, and nameLength.
func nameIndex(name string) int {
	return int(lineEnding(name, 4)[0]&31)<<5 | nameLength(name)
}

// hash is a hash of five octets, the last before a colon.
func (n *names) hash(o []byte) int {
	return int((binary.LittleEndian.Uint64(append(o, 0, 0, 0))|fold)*n.mult>>34) & 63
}

func loadNames() (*names, error) {
	n := &names{name: []string{""}, mult: 0x9E3779B97F4A7C15}
	for i, f := range spec.Fields {
		name := strings.ToLower(f.Name)
		if len(name) < 2 || len(name) > 29 {
			return nil, fmt.Errorf("%s: the kernels know field names of 2 to 29 octets", f.Name)
		}
		n.name = append(n.name, name)
		at := &n.id[nameIndex(name)]
		if *at != 0 {
			return nil, fmt.Errorf("%s and %s: length and fourth last octet are alike, see nameIndex", f.Name, n.name[*at])
		}
		*at = byte(i + 1)
		if len(name) >= 3 {
			n.bits[nameLength(name)] |= 1 << n.hash([]byte(lineEnding(name, 5)))
			continue
		}
		for o := range 256 { // its fifth last octet belongs to the line before
			n.bits[nameLength(name)] |= 1 << n.hash(append([]byte{byte(o)}, lineEnding(name, 4)...))
		}
	}
	return n, nil
}

// table is the constant data: see its comment in the emitted file.
func (n *names) table() []byte {
	b := words(fold, n.mult)
	b = append(b, words(n.bits[:]...)...)
	b = append(b, n.id[:]...)
	at := len(b)
	b = append(b, make([]byte, 64*len(n.name))...)
	for id, name := range n.name {
		if id == 0 {
			continue
		}
		line := "\n" + name
		for i := range min(16, len(line)) {
			lane, o := at+64*id+15-i, line[len(line)-1-i]
			b[lane+16], b[lane+32] = o, 0xFF
			if o >= 'a' {
				b[lane] = 0x20
			}
		}
	}
	return b
}
