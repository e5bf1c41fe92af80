package asm

import (
	"fmt"
	"strings"
)

// What the amd64 lowerings have in common: the scalar half of a kernel.

const amd64Header = `// The whole-head kernel: two masks of 64 octets, and no branch a field.
//
// T has a bit for each tchar, C for each control (every octet that a field value
// must not hold; CR and LF are among them). Then, with carries from block to
// block:
//
//	first = C &^ (C<<1 | carry)      the first of each run of controls: the CR of each line end
//	S     = first<<2 | carry         where lines start
//	F     = ((S | carry) + T) &^ T   the addition ripples through each name, to the octet behind it
//	leave when S &^ T != 0           an empty line, an empty name, a fold
//
// F | first is the tape, in order: the end of the method (or of "HTTP"), the
// CR of the start line, then colon and CR of each field line. No mask says that
// they are: a third control in a run lands on a line start and leaves, and that
// the others are colons and CR LF is checked once per field line, behind the
// empty line. That finds a line without a colon, too: where it ends is the end
// of its name.
//
//	SI   the block             CX   the last full block, then the end of the input
//	R8   the tape's end        R12  in the loop the tape's end a round ago, then the input
//	R9   carry of C            R10  carry of the addition    R11  carry of S, 2 bits
//	R15  T, then F             DX   C                        R14  first
//	BX   S, then the sum       BP   the last block of the round
//	DI   S &^ T
//	AX   63                    R13  62
//
// mode is 0 for a request, 1 for a response, 2 to leave the lines to the caller.
// The result is the length of the head (when bit 0 of repeated is set, the caller
// has to look at the names); minus the length when the caller has to look at the
// lines; 0 when more octets are needed; -1 when the kernel is not sure.
`

// enter loads the arguments and sets out from the first octet.
const enter = `	MOVQ p+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ f+16(FP), R8
	ADDQ $FieldSection_tape, R8
	XORL R9, R9
	XORL R10, R10
	MOVL $1, R11                 // the start line starts at 0
	MOVL $63, AX
	MOVL $62, R13
	LEAQ -64(SI)(CX*1), CX       // where the last full block starts
`

// rounds begins the loop. Long input goes in rounds of four blocks, to see when one appends nothing,
// and when the tape is full. What is shorter than tapeFull/16 blocks does not fill it, unless a block is
// dense, which ends a round.
const rounds = `	CMPQ mode+24(FP), $2
	JEQ  begun
	CMPQ SI, CX
	JA   tail
	MOVQ CX, BP
	XORL R12, R12
	CMPQ n+8(FP), $(4*const_tapeFull)
	JB   loop
round:
	MOVQ f+16(FP), DI
	ADDQ $(FieldSection_tape+2*const_tapeFull), DI
	CMPQ R8, DI
	JA   bad
	MOVQ R8, R12
	LEAQ 192(SI), BP
	CMPQ BP, CX
	CMOVQHI CX, BP
`

// begun goes on where an earlier scan stands, DX octets in.
func begun(offset string) string {
	return `begun:
	MOVQ f+16(FP), DI
	MOVL FieldSection_fill(DI), DX
	LEAQ (R8)(DX*2), R8
	MOVL FieldSection_at(DI), DX
	ADDQ DX, SI
` + offset + `	MOVBLZX FieldSection_carryC(DI), R9
	MOVBLZX FieldSection_carryN(DI), R10
	MOVBLZX FieldSection_carryS(DI), R11
	CMPQ SI, CX
	JBE  round
	JMP  tail
`
}

// carry is the scalar step. The addition's carry is 0 or all ones, which NEG makes a flag.
const carry = `	LEAQ (R9)(DX*2), DI          // C<<1 | carry
	SHRXQ AX, DX, R9
	ANDNQ DX, DI, R14            // first
	LEAQ (R11)(R14*4), BX        // S
	SHRXQ R13, R14, R11
	ANDNQ BX, R15, DI            // S &^ T
	NEGQ R10
	ADCQ R15, BX
	SBBQ R10, R10
	ANDNQ BX, R15, R15           // F
	TESTQ DI, DI
`

const next = `	ADDQ $64, SI
	CMPQ SI, BP
	JBE  loop
	CMPQ R8, R12
	JE   quiet
resume:
	CMPQ SI, CX
	JBE  round
`

// save keeps the carries: a partial block is never committed.
const save = `	MOVQ R9, savedC-8(SP)
	MOVQ R10, savedN-16(SP)
	MOVQ R11, savedS-24(SP)
`

// more notes the state of the last full block.
const more = `	MOVQ savedC-8(SP), R9
	MOVQ savedN-16(SP), R10
	MOVQ savedS-24(SP), R11
more:
`

const note = `	MOVQ f+16(FP), DI
	SUBQ p+0(FP), SI
	MOVL SI, FieldSection_at(DI)
	LEAQ FieldSection_tape(DI), DX
	SUBQ DX, R8
	SHRQ $1, R8
	MOVL R8, FieldSection_fill(DI)
	MOVB R9, FieldSection_carryC(DI)
	MOVB R10, FieldSection_carryN(DI)
	MOVB R11, FieldSection_carryS(DI)
	MOVQ $0, ret+32(FP)
	VZEROUPPER
	RET
`

// quiet begins the skip loop: four blocks without a position are a long value.
const quiet = `
quiet:
	MOVQ R9, DX
	ORQ  R10, DX
	ORQ  R11, DX
	JNZ  resume                  // a line end or a name is under way
`

// emptyLine requires CR LF CR LF around lane BX, and goes on at the end of the head.
const emptyLine = `	LEAQ 1(SI)(BX*1), DI         // the LF of the empty line
	CMPQ DI, CX
	JAE  bad
	LEAQ -3(DI), DX
	CMPQ DX, R12
	JB   bad
	CMPL (DX), $0x0a0d0a0d
	JNE  bad
`

// count counts the field lines of a tape that ends at R8. A line without a colon has one position; so an
// odd number of them, like one that is out of place, is not sure.
const count = `	MOVQ f+16(FP), DI
	LEAQ FieldSection_tape(DI), R9
	MOVQ R8, BX
	SUBQ R9, BX
	TESTL $2, BX
	JNZ  bad
	SHRQ $2, BX
	DECQ BX
	CMPQ BX, $const_tapeLines
	JA   bad
	MOVQ BX, FieldSection_lines(DI)
	MOVQ SI, DX
	SUBQ R12, DX                 // the length of the head
	MOVQ DX, ret+32(FP)
	MOVWLZX 2(R9), R13           // the CR of the start line
	MOVQ R13, (FieldSection_scan+scan_startEnd)(DI)
	MOVQ $0, (FieldSection_wide+8)(DI)
	CMPQ mode+24(FP), $1
	JEQ  lines
	JA   irregular
`

// requestLine takes a request line apart, but for a method of more than eight
// octets. It leaves the request target: R14 octets at R11.
const requestLine = `	MOVWLZX (R9), DX             // the end of the method
	LEAQ -10(R13), R14           // without SP and " HTTP/1.1"
	SUBQ DX, R14
	JLE  bad
	MOVQ $0x2e312f5054544820, AX // " HTTP/1."
	CMPQ AX, -9(R12)(R13*1)
	JNE  bad
	MOVL -1(R12)(R13*1), AX      // minor version, CR LF
	MOVL AX, CX
	ANDL $0xfffffe, AX
	CMPL AX, $0x0a0d30
	JNE  bad
	CMPB (R12)(DX*1), $0x20
	JNE  bad
	ANDL $1, CX
	ADDL $const_HTTP10, CX
	MOVB CX, (RequestHead_Version-RequestHead_Fields)(DI)
	MOVQ (R12), AX
	LEAQ (DX*8), CX
	MOVL $64, R10
	CMPQ DX, $8
	CMOVQHI R10, CX
	BZHIQ CX, AX, AX             // the method
	MOVQ $MULT, R15
	IMULQ AX, R15
	SHRQ $58, R15
	LEAQ methods<>(SB), BP
	MOVBLZX 512(BP)(R15*1), CX
	XORL R10, R10
	CMPQ AX, (BP)(R15*8)
	CMOVQNE R10, CX
	MOVB CX, (RequestHead_Method-RequestHead_Fields)(DI)
	MOVQ DX, AX
	SHLQ $32, AX
	MOVQ AX, (RequestHead_MethodName-RequestHead_Fields)(DI)
	INCQ DX
	LEAQ (R12)(DX*1), R11
	MOVQ R14, AX
	SHLQ $32, AX
	ORQ  DX, AX
	MOVQ AX, (RequestHead_Target-RequestHead_Fields)(DI)
`

// lines checks each field line without a branch that is taken, and notes
// candidates for known names.
const lines = `lines:
	XORL R11, R11
	MOVQ R11, FieldSection_odd(DI)
	MOVQ R11, FieldSection_odd+8(DI)
	TESTQ BX, BX
	JZ   none
	CMPQ R13, $13                // names are compared from 16 octets before the colon on
	JB   irregular
	VPXOR X0, X0, X0
	VMOVDQU Y0, FieldSection_ids(DI)
	VMOVDQU Y0, FieldSection_ids+32(DI)
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
	MOVB $const_FieldHost, FieldSection_ids(DI)
	MOVW $0, (FieldSection_first+2*const_FieldHost)(DI)
	MOVL $1, R13                 // candidates, the last line in bit 0
	ADDQ $8, R9
	CMPQ BX, $1
	JNE  rest
	MOVL $(1<<const_FieldHost), FieldSection_seen(DI)
	MOVL $0, FieldSection_repeated(DI)
	VZEROUPPER
	RET
other:
	MOVQ R13, R11                // the CR before the line
	XORL R13, R13
	ADDQ $4, R9
rest:
	MOVL $40, CX
	MOVQ 0(BP), SI               // which bits make the hash, or lower case
	MOVQ R9, known-8(SP)
	PCALIGN $32
line:
	MOVWLZX (R9), DX             // colon
	MOVWLZX 2(R9), R10           // CR
	MOVQ -5(R12)(DX*1), AX
	MOVL -2(R12)(R10*1), R15
	SUBL DX, R11
	ANDL $31, R11                // the length of the name, negated
	SHRXQ CX, AX, R14
	SUBL $0x0a0d2100, R15        // visible octet, CR, LF
	SUBL $0x21203a, R14          // colon, SP, visible octet
	CMPL R15, $0xdeff
	JA   irregular
	TESTL $0xff00ffff, R14
	JNZ  irregular
HASH	MOVQ 16(BP)(R11*8), R14
	BTQ  AX, R14
	ADCQ R13, R13
	MOVL R10, R11
	ADDQ $4, R9
	CMPQ R9, R8
	JB   line
`

// knownText compares the candidates in full.
const knownText = `	CMPQ BX, $64
	JA   unsure                  // more lines than candidates have bits
	MOVQ R13, R14
	LEAQ (FieldSection_tape+4)(DI), R9
	VPXOR X5, X5, X5             // what differs in names
	LEAQ (FieldSection_tape+8)(DI), DX
	DECQ BX                      // the last line
	XORL R10, R10                // seen
	CMPQ DX, known-8(SP)
	JNE  others
	BTRQ BX, R14                 // Host is settled
	MOVL $(1<<const_FieldHost), R10
others:
	TESTQ R14, R14
	JZ   compared
candidate:
` + candidate + `	TESTQ R14, R14
	JNZ  candidate
compared:
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
	MOVL R10, FieldSection_seen(DI)
	MOVL $0, FieldSection_repeated(DI)
	VZEROUPPER
	RET
long:
LONG	JMP  settled
unsure:
	MOVL $1, FieldSection_repeated(DI) // the names are left to the caller
	VZEROUPPER
	RET
none:
	MOVL R11, FieldSection_seen(DI)
	MOVL R11, FieldSection_repeated(DI)
	VZEROUPPER
	RET
`

// candidate settles the last candidate that is left. An id of 0 changes nothing.
const candidate = `	TZCNTQ R14, AX
	BLSRQ R14, R14
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
	MOVB SI, FieldSection_ids(DI)(CX*1)
	MOVW CX, FieldSection_first(DI)(SI*2)
	BTSL SI, R10
	SHLL $6, SI
	VMOVDQU -16(R12)(DX*1), X1
	VPOR 1296(BP)(SI*1), X1, X1  // letters in lower case
	VPXOR 1312(BP)(SI*1), X1, X1
	VPAND 1328(BP)(SI*1), X1, X1
	VPOR X1, X5, X5
`

const returns = `irregular:
	NEGQ ret+32(FP)
	VZEROUPPER
	RET
bad:
	MOVQ $-1, ret+32(FP)
	VZEROUPPER
	RET
`

// known is the comparison of candidates. It covers 16 octets before a colon, so a LF before all but
// the longest names; for those it looks at the octets that are left.
func (n *names) known() string {
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
	return strings.NewReplacer("LONGSET", fmt.Sprintf("%#x", set), "LONG", long.String()).Replace(knownText)
}

// lines is the text with the place of the first line's pattern.
func (n *names) lines() string {
	return strings.NewReplacer("HOST", fmt.Sprint(n.hostAt()), "HASH", n.hashText()).Replace(lines)
}

// requestLine is the text for the methods of n.
func (n *names) requestLine() string {
	return strings.Replace(requestLine, "MULT", fmt.Sprintf("%#x", n.methodMult), 1)
}
