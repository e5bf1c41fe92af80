package asm

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/h1wire/h1wire/gen/spec"
)

// names is how a kernel finds the known field names. In AVX2's, the length of a name and two of its last five octets
// find candidates; the length and one octet of a candidate say which name it must be. For AVX-512's see
// lines512. A comparison in full has the last word.
type names struct {
	name []string       // by FieldID, in lower case
	ends [2][256]uint32 // by the last octet and by the fifth last: bit length is set for each known name
	id   [1024]byte     // FieldID by nameIndex
	keys keyHash        // of names, for AVX-512's

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

func loadNames() (*names, error) {
	n := &names{name: []string{""}}
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
	if err := n.hashKeys(); err != nil {
		return nil, err
	}
	return n, n.hashMethods()
}

// add makes a candidate of what name may be. Of two hundred other names that are common in requests and
// responses, this takes two for known: X-XSS-Protection and SOAPAction.
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

const namesComment = "The case of Host, and the start of a Host line; at 16, FieldIDs by octet and length; at 1040, " + patternsComment

// table is the constant data of AVX2's.
func (n *names) table() []byte {
	start := n.hostLine()
	return append(append(words(start[:]...), n.id[:]...), n.patterns()...)
}

const patternsComment = "by FieldID, 32 octets: a line's 16 octets before the colon, and which of their bits count."

// patterns is what candidates are compared with.
func (n *names) patterns() []byte {
	b := make([]byte, 32*len(n.name))
	for id, name := range n.name {
		if id == 0 {
			continue
		}
		line := "\n" + name
		for i := range min(16, len(line)) {
			lane, o, mask := 32*id+15-i, line[len(line)-1-i], byte(0xFF)
			if o >= 'a' {
				mask = 0xDF // either case
			}
			b[lane], b[lane+16] = o&mask, mask
		}
	}
	return b
}

// hostLine is what the first line of most requests is compared with: its octets from LF on that have two
// cases, and the least that it can be in lower case.
func (*names) hostLine() [2]uint64 {
	return [2]uint64{0x00_00_00_20_20_20_20_00, binary.LittleEndian.Uint64([]byte("\nhost: !"))}
}

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
