package asm

import (
	"fmt"
	"strings"
)

// What the amd64 lowerings have in common: the scalar half of a kernel.

// modesHeader says what any kernel is asked for, and what it answers.
const modesHeader = `// mode is 0 for a request, 1 for a response, 2 to leave the lines to the caller. In
// mode 2, and when 4 is added, the kernel goes on where it came to before. The result is the length of the head; minus the length when the caller has to
// look at the lines, or, when bit 0 of repeated is set, at their names only; 0 when
// more octets are needed; -1 when the kernel is not sure.
`

const amd64Header = `// The whole-head kernel: two masks of 64 octets, and no branch a field.
//
// U has a bit for each octet that is no tchar, C for each control (every octet
// that a field value must not hold; CR and LF are among them). Then, with carries
// from block to block:
//
//	first = C &^ (C<<1 | carry)      the first of each run of controls: the CR of each line end
//	S     = first<<2 | carry         where lines start
//	leave when S & U != 0            an empty line, an empty name, a fold
//	F     = (S + ^U + carry) & U     the addition ripples through each name, to the octet behind it
//
// S + ^U + 1 is S - U, so the carry is a borrow that is not there: ^U need not be
// made, and no step needs ANDN but one.
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
//	R9   carry of C            R10  -1 for no carry          R11  carry of S, 2 bits
//	R15  U, then F             DX   C                        R14  first
//	BX   S, then the sum       BP   the last block of the round
//	AX   63                    R13  62
//
`

// enter loads the arguments and sets out from the first octet.
const enter = `	MOVQ p+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ f+16(FP), R8
	ADDQ $FieldSection_tape, R8
	XORL R9, R9
	MOVQ $-1, R10
	MOVL $1, R11                 // the start line starts at 0
	MOVL $63, AX
	MOVL $62, R13
	LEAQ -64(SI)(CX*1), CX       // where the last full block starts
`

// rounds begins the loop. Long input goes in rounds of four blocks, to see when one appends nothing,
// and when the tape is full. What is shorter than tapeFull/16 blocks does not fill it, unless a block is
// dense, which ends a round.
const rounds = `	CMPQ mode+24(FP), $2
	JAE  begun
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
	ANDQ $3, mode+24(FP)
	MOVQ f+16(FP), DI
	MOVL FieldSection_fill(DI), DX
	LEAQ (R8)(DX*2), R8
	MOVL FieldSection_at(DI), DX
	ADDQ DX, SI
` + offset + `	MOVBLZX FieldSection_carryC(DI), R9
	MOVBLZX FieldSection_carryN(DI), R10
	DECQ R10
	MOVBLZX FieldSection_carryS(DI), R11
	CMPQ SI, CX
	JBE  round
	JMP  tail
`
}

// carry is the scalar step, as far as the leave mask.
const carry = `	LEAQ (R9)(DX*2), DI          // C<<1 | carry
	SHRXQ AX, DX, R9
	ANDNQ DX, DI, R14            // first
	LEAQ (R11)(R14*4), BX        // S
	SHRXQ R13, R14, R11
	TESTQ R15, BX
`

// carryLast is carry for the last, partial block, which is never committed: the carries stay as they
// were before it.
const carryLast = `	LEAQ (R9)(DX*2), DI          // C<<1 | carry
	ANDNQ DX, DI, R14            // first
	LEAQ (R11)(R14*4), BX        // S
	TESTQ R15, BX
`

// name is the rest: F. R10 is all ones when the subtraction borrows, which NEG makes a flag.
const name = `	NEGQ R10
	SBBQ R15, BX
	SBBQ R10, R10
	ANDQ BX, R15                 // F
`

// exit is the last block: positions below lane BX, where the empty line is, are R15.
const exit = `
exit:
	ADDQ $64, CX                 // the end of the input
exitTail:
	MOVQ p+0(FP), R12
	MOVQ BX, DI
	ANDQ R15, DI                 // S & U
` + name + `	ORQ  R14, R15
	TZCNTQ DI, BX
	BLSMSKQ DI, DI
	SHRQ $1, DI
	ANDQ DI, R15
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

// note notes the state of the last full block.
const note = `more:
	MOVQ f+16(FP), DI
	SUBQ p+0(FP), SI
	MOVL SI, FieldSection_at(DI)
	LEAQ FieldSection_tape(DI), DX
	SUBQ DX, R8
	SHRQ $1, R8
	MOVL R8, FieldSection_fill(DI)
	MOVB R9, FieldSection_carryC(DI)
	INCQ R10
	MOVB R10, FieldSection_carryN(DI)
	MOVB R11, FieldSection_carryS(DI)
	MOVQ $0, ret+32(FP)
	VZEROUPPER
	RET
`

// quiet begins the skip loop: four blocks without a position are a long value.
const quiet = `
quiet:
	LEAQ 1(R9)(R10*1), DX
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
	JA   unread
`

// methodEnd is where the method ends, as a name does.
const methodEnd = `	MOVWLZX (R9), DX
	CMPB (R12)(DX*1), $0x20
	JNE  bad
`

// requestLine takes a request line apart whose method ends at DX, but for a method of more than eight
// octets. It leaves the request target: R14 octets at R11.
const requestLine = `	LEAQ -10(R13), R14           // without SP and " HTTP/1.1"
	SUBQ DX, R14
	JLE  bad
	MOVQ $0x2e312f5054544820, AX // " HTTP/1."
	CMPQ AX, -9(R12)(R13*1)
	JNE  bad
	MOVL -1(R12)(R13*1), CX      // minor version, CR LF
	MOVL CX, AX
	ANDL $0xfffffe, AX
	CMPL AX, $0x0a0d30
	JNE  bad
	SUBL $(0x30-const_HTTP10), CX
	MOVB CX, (RequestHead_Version-RequestHead_Fields)(DI)
	MOVQ (R12), AX
	LEAQ (DX*8), CX
	BZHIQ CX, AX, AX             // the method
	XORL R10, R10
	CMPQ DX, $8
	CMOVQHI R10, AX              // or no method
	MOVQ $MULT, R15
	IMULQ AX, R15
	SHRQ $58, R15
	LEAQ methods<>(SB), BP
	MOVBLZX 512(BP)(R15*1), CX
	CMPQ AX, (BP)(R15*8)
	CMOVQNE R10, CX
	MOVB CX, (RequestHead_Method-RequestHead_Fields)(DI)
	LEAQ 1(R12)(DX*1), R11
	MOVL R10, (RequestHead_MethodName+Span_Off-RequestHead_Fields)(DI)
	MOVL DX, (RequestHead_MethodName+Span_Len-RequestHead_Fields)(DI)
	INCL DX
	MOVL DX, (RequestHead_Target+Span_Off-RequestHead_Fields)(DI)
	MOVL R14, (RequestHead_Target+Span_Len-RequestHead_Fields)(DI)
`

const returns = `doubtful:                    // white space, or no field line, or not for this kernel?
	CMPB (R12)(DX*1), $0x3a
	JNE  bad
	CMPW (R12)(R10*1), $0x0a0d
	JNE  bad
irregular:
	MOVL $0, FieldSection_repeated(DI)
unread:
	NEGQ ret+32(FP)
	VZEROUPPER
	RET
bad:
	MOVQ $-1, ret+32(FP)
	VZEROUPPER
	RET
`

// requestLine is the text for the methods of n.
func (n *names) requestLine() string {
	return strings.Replace(requestLine, "MULT", fmt.Sprintf("%#x", n.methodMult), 1)
}
