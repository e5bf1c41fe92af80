package asm

import (
	"fmt"
	"strings"
)

// lines checks each field line without a branch that is taken, and notes
// candidates for known names.
const lines = `lines:
	VPXOR X0, X0, X0
	VMOVDQU X0, FieldSection_odd(DI)
	TESTQ BX, BX
	JZ   none
	CMPQ R13, $13                // names are compared from 16 octets before the colon on
	JB   irregular
	LEAQ names<>(SB), BP
	MOVQ 1(R12)(R13*1), AX       // nearly always the first line is Host
	ORQ  8(BP), AX
	SUBQ HOST(BP), AX            // LF, the name, colon, SP, visible octet
	JCS  other
	SHLQ $8, AX
	JNZ  other
	MOVWLZX 6(R9), R11
	MOVL -2(R12)(R11*1), R15
	SUBL $0x0a0d2100, R15
	CMPL R15, $0xdeff
	JA   irregular
	MOVW $0, (FieldSection_first+2*const_FieldHost)(DI)
	CMPQ BX, $1
	JNE  host
	MOVB $const_FieldHost, FieldSection_ids(DI)
	MOVQ $(1<<const_FieldHost), FieldSection_seen(DI) // none is repeated
	VZEROUPPER
	RET
none:
	MOVQ BX, FieldSection_seen(DI)
	VZEROUPPER
	RET
host:
	MOVL $1, R13                 // candidates, the last line in bit 0
	ADDQ $8, R9
	JMP  rest
other:
	MOVQ R13, R11                // the CR before the line
	XORL R13, R13
	ADDQ $4, R9
rest:
	MOVQ R13, host-8(SP)
	VMOVDQU Y0, FieldSection_ids(DI)
	VMOVDQU Y0, FieldSection_ids+32(DI)
	MOVL $40, CX
	MOVQ 0(BP), SI               // which bits make the hash, or lower case
	PCALIGN $32
line:
	MOVWLZX (R9), DX             // colon
	MOVWLZX 2(R9), R10           // CR
	MOVQ -5(R12)(DX*1), AX
	MOVL -2(R12)(R10*1), R15
	SUBL DX, R11                 // the length of the name, negated
	SHRXQ CX, AX, R14
	SUBL $0x0a0d2100, R15        // visible octet, CR, LF
	SUBL $0x21203a, R14          // colon, SP, visible octet
	CMPL R15, $0xdeff
	JA   doubtful
	TESTL $0xff00ffff, R14
	JNZ  doubtful
HASH	MOVL 16(BP)(AX*4), R14
	BTL  R11, R14
	ADCQ R13, R13
	MOVL R10, R11
	ADDQ $4, R9
	CMPQ R9, R8
	JB   line
`

// knownText compares the candidates in full.
func knownText(differ string) string {
	return `	CMPQ BX, $64
	JA   unsure                  // more lines than candidates have bits
	MOVQ R13, R14
	LEAQ (FieldSection_tape+4)(DI), R9
	VPXOR X5, X5, X5             // what differs in names
	DECQ BX                      // the last line
	XORL R10, R10                // seen
	CMPQ host-8(SP), R10
	JEQ  candidate
	BTRQ BX, R14                 // Host is settled
	MOVL $(1<<const_FieldHost), R10
	MOVB $const_FieldHost, FieldSection_ids(DI)
candidate:
` + candidate + differ + `	TESTQ R14, R14
	JNZ  candidate
	VPTEST X5, X5
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
}

// candidate settles the last candidate that is left. When none is, it gives the last line the id of no name,
// which it has: whether a head has one is a branch that no CPU foresees.
const candidate = `	CMPQ R14, $1
	SBBL R15, R15                // all ones: none
	TZCNTQ R14, AX
	BLSRQ R14, R14
	ANDL $63, AX
	MOVQ BX, CX
	SUBQ AX, CX                  // the line
	MOVWLZX (R9)(CX*4), DX       // its colon
	MOVWLZX -2(R9)(CX*4), AX     // the CR before it
	SUBL DX, AX
	ANDL $31, AX                 // the length of the name, negated
	MOVBLZX -4(R12)(DX*1), SI
	ANDL $31, SI
	SHLL $5, SI
	ORL  AX, SI
	MOVBLZX 272(BP)(SI*1), SI    // FieldID by octet and length
	ANDNL SI, R15, SI
	MOVB SI, FieldSection_ids(DI)(CX*1)
	MOVW CX, FieldSection_first(DI)(SI*2)
	BTSL SI, R10
	SHLL $5, SI
	VMOVDQU -16(R12)(DX*1), X1
	VPXOR 1296(BP)(SI*1), X1, X1
`

// What is left of X1, where it differs from a known name, is gathered in X5.
const (
	differ256 = "\tVPAND 1312(BP)(SI*1), X1, X1 // but for the case of letters, and what is before the line\n\tVPOR X1, X5, X5\n"
	differ512 = "\tVPTERNLOGQ $0xF8, 1312(BP)(SI*1), X1, X5 // X5 | X1 & that: not the case of letters, nor what is before the line\n"
)

// known is the comparison of candidates. It covers 16 octets before a colon, so a LF before all but
// the longest names; for those it looks at the octets that are left.
func (n *names) known(differ string) string {
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
	return strings.NewReplacer("LONGSET", fmt.Sprintf("%#x", set), "LONG", long.String()).Replace(knownText(differ))
}

// hashText hashes the octets in AX; SI holds the first word of the table.
const hashText = "\tPEXTQ SI, AX, AX             // a hash of the name's last octets\n"

// lines is the text with the place of the first line's pattern.
func (n *names) lines() string {
	return strings.NewReplacer("HOST", fmt.Sprint(n.hostAt()), "HASH", hashText).Replace(lines)
}
