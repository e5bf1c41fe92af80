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

// window256 clears ZF unless 32 octets may be loaded AX octets into the input. They may go beyond
// its end, but not to a page without input.
const window256 = `	MOVQ n+8(FP), DX
	LEAQ -1(R12)(DX*1), DX       // the last octet of the input
	LEAQ 31(R12)(AX*1), AX       // and of the window
	CMPQ AX, DX
	CMOVQLS AX, DX
	XORQ AX, DX
	TESTQ $4096, DX
`

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
	LEAQ ends<>(SB), CX
	MOVWLZX -6(R8), AX
	ADDL $2, AX                  // the last line
WINDOWTCHARS	JNZ  edgeLine                // no instruction since the test has set a flag
	PCALIGN $32
LINElisted:
`

// line256 goes over the lines, with a load of the octets at the start of each.
func line256(label, load, shift string) string {
	return strings.NewReplacer("LABEL", label, "LOAD\n", load, "SHIFT\n", shift).Replace(`LABEL:
	MOVWLZX 2(R9), R10           // CR
LOAD
` + nameEnd256 + `SHIFT
	TZCNTL DX, DX                // the length of the name
	LEAQ 2(R11)(DX*1), R11       // colon
	MOVW R11, (R9)
	MOVL -1(R12)(R11*1), R14
	MOVL -2(R12)(R10*1), R15
	MOVBLZX -1(R12)(R11*1), AX
	MOVBLZX -5(R12)(R11*1), SI
	SUBL $0x21203a21, R14        // the name's last octet, colon, SP, visible octet
	SUBL $0x0a0d2100, R15        // visible octet, CR, LF
	TESTL $0x80ffff80, R14       // from 0xA1 on it passes for none; a LF, before no name, has bit 7
	JNZ  irregular
	CMPL R15, $0xdeff
	JA   irregular
	MOVL (CX)(AX*8), AX
	ANDL 4(CX)(SI*8), AX         // the lengths of names that end so
	BTL  DX, AX
	ADCQ R13, R13
	MOVL R10, R11
	ADDQ $4, R9
	CMPQ R9, R8
	JB   LABEL
`)
}

const (
	loadLine = "\tVMOVDQU 2(R12)(R11*1), Y0\n"

	// loadEdge and shiftEdge take a window that ends with the input instead of one that goes beyond it.
	loadEdge = `	MOVQ n+8(FP), DX
	SUBQ $32, DX
	JCS  irregular
	LEAQ 2(R11), AX
	CMPQ AX, DX
	CMOVQLS AX, DX
	VMOVDQU (R12)(DX*1), Y0
	SUBQ DX, AX                  // lanes before the line
`
	shiftEdge = "\tSHRXL AX, DX, DX\n"
)

// lines256 is the text with the place of the first line's pattern.
func (n *names) lines256() string {
	return strings.NewReplacer(
		"HOST", fmt.Sprint(n.hostAt()),
		"WINDOW", window256,
		"TCHARS", tchars256,
		"LINE", line256("line", loadLine, ""),
	).Replace(lines256)
}

// edge256 is the loop over lines where loadLine could touch a page without input.
func (n *names) edge256() string {
	return "edgeLine:\n" + line256("edge", loadEdge, shiftEdge) + "\tJMP  listed\n"
}

// returns256 ends what lines256 does not. Where it leaves the lines to the caller, it finds the ends of all names
// since this scan began; where the input is used up, that of the line under way as well.
const returns256 = `irregular:                   // white space, or no field line, or not for this kernel?
	MOVL $0, FieldSection_repeated(DI)
unread:
	NEGQ ret+32(FP)
colons:
` + tchars256 + `	MOVQ from-16(SP), R9
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
	MOVQ R10, AX
` + window256 + `	JNZ  seekEdge
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
	MOVQ n+8(FP), DX
	SUBQ $32, DX                 // the last 32 octets of the input
	JB   bad
	VMOVDQU (R12)(DX*1), Y0
	SUBQ R10, DX
	NEGQ DX
	MOVQ DX, R14                 // lanes before the window
` + nameEnd256 + `	SHRXL R14, DX, DX
	JMP  seekEdged
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
