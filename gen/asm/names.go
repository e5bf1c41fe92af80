package asm

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/h1wire/h1wire/gen/spec"
)

// names is how a kernel finds the known field names. At each colon, the length
// of the name and a hash of the five octets before the colon, or two of them, find candidates. The
// length and one octet of a candidate say which name it must be, and a comparison
// in full has the last word.
type names struct {
	name []string       // by FieldID, in lower case
	pext bool           // whether there is a hash
	bits [64]uint32     // by hash: bit nameLength is set for each known name
	ends [2][256]uint32 // without a hash, by the last octet and by the fifth last: bit length is set for each known name
	id   [1024]byte     // FieldID by nameIndex

	methodMult uint64 // of the hash of methods
	method     [64]uint64
	methodID   [64]byte
}

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

// pextBits picks six bits of the last five octets before a colon that do not tell upper from
// lower case: their hash. PEXT may be slow where there is no AVX-512 (AVX2 comes with CPUs that take a hundred
// cycles for it), and a multiplication costs more than to look up two of the octets. Of two hundred other
// names that are common in requests and responses, either way takes two
// for known: X-XSS-Protection, and Content-Location or SOAPAction.
const pextBits = 0x01_02_01_07_00

// hash is the hash of five octets.
func hash(o []byte) int {
	x := binary.LittleEndian.Uint64(append(o[:5:5], 0, 0, 0))
	h, to := 0, 0
	for i := range 64 {
		if uint64(pextBits)>>i&1 != 0 {
			h |= int(x>>i&1) << to
			to++
		}
	}
	return h
}

func loadNames(pext bool) (*names, error) {
	n := &names{name: []string{""}, pext: pext}
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
		n.add(name)
	}
	return n, n.hashMethods()
}

// add makes a candidate of what name may be.
func (n *names) add(name string) {
	ending := []byte(lineEnding(name, min(5, 2+len(name))))
	if len(ending) == 5 {
		n.addEnding(ending, len(name))
		return
	}
	for o := range 256 { // its fifth last octet belongs to the line before
		n.addEnding(append([]byte{byte(o)}, ending...), len(name))
	}
}

func (n *names) addEnding(ending []byte, length int) {
	if n.pext {
		n.bits[hash(ending)] |= 1 << (-(length + 2) & 31)
		return
	}
	for i, o := range []byte{ending[4], ending[0]} {
		n.ends[i][o] |= 1 << length
		if o >= 'a' {
			n.ends[i][o-0x20] |= 1 << length
		}
	}
}

// hashMethods finds a perfect hash for the methods that fit into a word.
func (n *names) hashMethods() error {
	n.methodMult = 0x9E3779B97F4A7C15
next:
	for range 1_000_000 {
		n.methodMult = n.methodMult*6364136223846793005 + 1442695040888963407 | 1
		n.method, n.methodID = [64]uint64{}, [64]byte{}
		for i, m := range spec.Methods {
			if len(m.Name) > 8 {
				continue
			}
			word := binary.LittleEndian.Uint64(append([]byte(m.Name), make([]byte, 8)...))
			at := word * n.methodMult >> 58
			if n.methodID[at] != 0 {
				continue next
			}
			n.method[at], n.methodID[at] = word, byte(i+1)
		}
		return nil
	}
	return fmt.Errorf("no perfect hash for the methods")
}

func (n *names) methodTable() []byte { return append(words(n.method[:]...), n.methodID[:]...) }

// table is the constant data: see its comment in the emitted file.
func (n *names) table() []byte {
	b := words(pextBits, 0x00_00_00_20_20_20_20_00)
	for _, lengths := range n.bits {
		b = binary.LittleEndian.AppendUint32(b, lengths)
	}
	b = append(b, n.id[:]...)
	at := len(b)
	b = append(b, make([]byte, 32*len(n.name))...)
	for id, name := range n.name {
		if id == 0 {
			continue
		}
		line := "\n" + name
		for i := range min(16, len(line)) {
			lane, o, mask := at+32*id+15-i, line[len(line)-1-i], byte(0xFF)
			if o >= 'a' {
				mask = 0xDF // either case
			}
			b[lane], b[lane+16] = o&mask, mask
		}
	}
	return append(b, "\nhost: !"...)
}

// hostAt is the offset in the table of the first line that most requests have.
func (n *names) hostAt() int { return len(n.table()) - 8 }

// endsTable is two tables of 256 words, in pairs.
func (n *names) endsTable() []byte {
	var b []byte
	for o := range 256 {
		for i := range n.ends {
			b = binary.LittleEndian.AppendUint32(b, n.ends[i][o])
		}
	}
	return b
}
