package asm

import (
	"fmt"
	"strings"
)

// tchars256 loads what tells tchars.
const tchars256 = `	VMOVDQU low<>(SB), Y8
	VMOVDQU high<>(SB), Y9
	VPBROADCASTQ byte<>+0(SB), Y12
	VPXOR X13, X13, X13
`

// nameEnd256 makes the mask of the octets in Y0 that are no tchar.
const nameEnd256 = `	VPSRLW $4, Y0, Y1
	VPAND Y12, Y1, Y1
	VPSHUFB Y0, Y8, Y2
	VPSHUFB Y1, Y9, Y1
	VPAND Y1, Y2, Y2
	VPCMPEQB Y13, Y2, Y2
	VPMOVMSKB Y2, DX
`

// window256 sets SI to the last line from whose start on 32 octets may be loaded, less back: all of them,
// unless the page ends with the input.
func window256(back int) string {
	return fmt.Sprintf(`	MOVQ n+8(FP), DX
	LEAQ -1(R12)(DX*1), AX
	ANDL $4095, AX
	SUBQ $%d, DX
	MOVL $(1<<17), SI
	CMPL AX, $4064
	CMOVQGT DX, SI
`, 32+back)
}

// edge256 makes the mask for a line that starts back octets behind register at, from
// the last 32 octets of the input.
func edge256(at string, back int) string {
	return fmt.Sprintf(`	MOVQ n+8(FP), DX
	SUBQ $32, DX
	JB   bad
	VMOVDQU (R12)(DX*1), Y0
	NEGQ DX
	LEAQ %d(%s)(DX*1), R14        // lanes before the line
%s	SHRXL R14, DX, DX
`, back, at, nameEnd256)
}

// lines256 finds the name of each field line and checks the line without a branch that is taken, and notes
// candidates for known names.
const lines256 = `lines:
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
	ADDL $6, R13
	MOVW R13, 4(R9)              // its colon
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
TCHARS
	PCALIGN $32
line:
	MOVWLZX 2(R9), R10           // CR
	CMPQ R11, SI
	JGT  edge
	VMOVDQU 2(R12)(R11*1), Y0
NAMEEND
edged:
	TZCNTL DX, DX                // the length of the name
	JZ   bad
	LEAQ 2(R11)(DX*1), DX        // colon
	MOVQ -5(R12)(DX*1), AX
	MOVL -2(R12)(R10*1), R15
	MOVW DX, (R9)
	SUBL DX, R11                 // the length of the name, negated
	SHRXQ CX, AX, R14
	SUBL $0x0a0d2100, R15        // visible octet, CR, LF
	SUBL $0x21203a, R14          // colon, SP, visible octet
	CMPL R15, $0xdeff
	JA   irregular
	TESTL $0xff00ffff, R14
	JNZ  irregular
HASH	MOVL 16(BP)(AX*4), R14
	BTL  R11, R14
	ADCQ R13, R13
	MOVL R10, R11
	ADDQ $4, R9
	CMPQ R9, R8
	JB   line
`

// lines256 is the text with the place of the first line's pattern.
func (n *names) lines256() string {
	return strings.NewReplacer(
		"HOST", fmt.Sprint(n.hostAt()),
		"HASH", n.hashText(),
		"TCHARS\n", tchars256+window256(2),
		"NAMEEND\n", nameEnd256,
	).Replace(lines256)
}

// names256 compares the candidates in full: what is left where they differ from a known name is gathered in X5.
const names256 = `	CMPQ BX, $64
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
` + candidate + `	TESTQ R14, R14
	JNZ  candidate
`

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
	VPAND 1312(BP)(SI*1), X1, X1 // but for the case of letters, and what is before the line
	VPOR X1, X5, X5
`

// returns256 ends what lines256 does not. Where it leaves the lines to the caller, it finds the ends of all names
// since this scan began; where the input is used up, that of the line under way as well.
var returns256 = `edge:
` + edge256("R11", 2) + `	JMP  edged
irregular:                   // white space, or no field line, or not for this kernel?
	MOVL $0, FieldSection_repeated(DI)
unread:
	NEGQ ret+32(FP)
colons:
` + tchars256 + window256(0) + `	MOVQ from-16(SP), R9
	LEAQ FieldSection_tape(DI), DX
	XORL R11, R11                // the line
	CMPQ R9, DX
	JEQ  colon
	MOVWLZX -2(R9), R11
	ADDL $2, R11
	MOVWLZX R11, R11
colon:
	CMPQ R9, R8
	JAE  underWay
seek:
	MOVQ R11, R10
seek32:
	CMPQ R10, SI
	JGT  seekEdge
	VMOVDQU (R12)(R10*1), Y0
` + nameEnd256 + `seekEdged:
	TZCNTL DX, DX
	JCS  seekOn
	ADDQ R10, DX
	CMPQ DX, R11
	JEQ  bad
	CMPQ R9, R8
	JAE  noteColon
	MOVW DX, (R9)
	MOVWLZX 2(R9), R11
	ADDQ $2, R11
	ADDQ $4, R9
	JMP  colon
seekOn:                      // a long name
	ADDQ $32, R10
	CMPQ R10, n+8(FP)
	JB   seek32
	JMP  noteName
seekEdge:
` + edge256("R10", 0) + `	JMP  seekEdged
underWay:
	CMPQ ret+32(FP), $0
	JNE  left
	MOVL FieldSection_at(DI), CX
	CMPQ R11, CX
	JB   seek
	JMP  noteFill
noteColon:
	CMPQ DX, CX
	JAE  noteName
	MOVW DX, (R9)
	ADDQ $2, R9
	JMP  noteFill
noteName:
	MOVB $1, FieldSection_carryN(DI)
noteFill:
	LEAQ FieldSection_tape(DI), DX
	SUBQ DX, R9
	SHRQ $1, R9
	MOVL R9, FieldSection_fill(DI)
left:
	VZEROUPPER
	RET
bad:
	MOVQ $-1, ret+32(FP)
	VZEROUPPER
	RET
`
