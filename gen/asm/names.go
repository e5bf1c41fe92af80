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
	pext bool       // which hash
	bits [64]uint32 // by hash: bit nameLength is set for each known name
	id   [1024]byte // FieldID by nameIndex

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

// Two hashes of the last five octets before a colon, six bits each. Where PEXT is
// fast, pextBits picks bits that do not tell upper from lower case. Where it may
// not be (AVX2 comes with CPUs that take a hundred cycles for it), the octets in
// lower case are multiplied, and hashShift is where the hash is. Of a hundred other
// names that are common in requests and responses, those with their lengths take two
// (X-XSS-Protection and Content-Location) and one (X-XSS-Protection) for known.
const (
	pextBits   = 0x01_02_01_07_00
	lowerCase  = 0x2020202020202020
	multiplier = 0x795b929e9a9a80fd
	hashShift  = 34
)

// hash is the hash of five octets.
func (n *names) hash(o []byte) int {
	x := binary.LittleEndian.Uint64(append(o[:5:5], 0, 0, 0))
	if !n.pext {
		return int((x|lowerCase)*multiplier>>hashShift) & 63
	}
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
		if len(name) >= 3 {
			n.bits[n.hash([]byte(lineEnding(name, 5)))] |= 1 << nameLength(name)
			continue
		}
		for o := range 256 { // its fifth last octet belongs to the line before
			n.bits[n.hash(append([]byte{byte(o)}, lineEnding(name, 4)...))] |= 1 << nameLength(name)
		}
	}
	return n, n.hashMethods()
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
	first := uint64(lowerCase)
	if n.pext {
		first = pextBits
	}
	b := words(first, 0x00_00_00_20_20_20_20_00)
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
	return append(append(b, "\nhost: !"...), words(multiplier)...)
}

// hostAt is the offset in the table of the first line that most requests have.
func (n *names) hostAt() int { return len(n.table()) - 16 }

// hashText hashes the octets in AX; SI holds the first word of the table.
func (n *names) hashText() string {
	if n.pext {
		return "\tPEXTQ SI, AX, AX             // a hash of the name's last octets\n"
	}
	return fmt.Sprintf(`	ORQ  SI, AX
	IMULQ %d(BP), AX
	SHRQ $%d, AX                 // a hash of the name's last octets
	ANDL $63, AX
`, n.hostAt()+8, hashShift)
}
