package asm

import (
	"fmt"
	"strings"
)

// verdict ends the comparison of the candidates in R13 with known names: X5 is what differs, and R10 has a bit for
// each FieldID seen. What was compared is 16 octets before a colon, so a LF before all but the longest names; of those
// it looks at the octets that are left.
const verdict = `	VPTEST X5, X5
	JNZ  unsure
	ANDL $~1, R10
	POPCNTQ R10, AX
	POPCNTQ R13, DX
	CMPQ AX, DX
	JNE  unsure                  // one of them twice, or a look-alike
	TESTL $LONGSET, R10
	JNZ  long
settled:
	MOVQ R10, FieldSection_seen(DI) // none is repeated
	VZEROUPPER
	RET
long:
LONG	JMP  settled
unsure:
	MOVL $1, FieldSection_repeated(DI) // the names are left to the caller
	NEGQ ret+32(FP)
	VZEROUPPER
	RET
`

// verdict is the text with the longest names.
func (n *names) verdict() string {
	var set uint32
	var long strings.Builder
	for id, name := range n.name {
		if len(name) < 16 {
			continue
		}
		set |= 1 << id
		fmt.Fprintf(&long, `	BTL  $%d, R10               // %s
	JCC  not%d
	MOVWLZX (FieldSection_first+%d)(DI), CX
	MOVWLZX (R9)(CX*4), DX
`, id, name, id, 2*id)
		for i := len(name) - 17; i >= 0; i-- {
			fmt.Fprintf(&long, "\tMOVBLZX -%d(R12)(DX*1), AX\n\tORL  $0x20, AX\n\tCMPL AX, $%#02x\n\tJNE  unsure\n", len(name)-i, name[i])
		}
		fmt.Fprintf(&long, "\tCMPB -%d(R12)(DX*1), $0x0a\n\tJNE  unsure\nnot%d:\n", len(name)+1, id)
	}
	return strings.NewReplacer("LONGSET", fmt.Sprintf("%#x", set), "LONG", long.String()).Replace(verdict)
}
