package asm

import (
	"fmt"
	"strings"
)

// What both lowerings have in common: when there are rounds of blocks, the empty line, the request line.

// modesHeader says what any kernel is asked for, and what it answers.
const modesHeader = `// mode is 0 for a request, 1 for a response, 2 to leave the lines to the caller. In
// mode 2, and when 4 is added, the kernel goes on where it came to before. The result is the length of the head; minus the length when the caller has to
// look at the lines, or, when bit 0 of repeated is set, at their names only; 0 when
// more octets are needed; -1 when the kernel is not sure.
`

// roundFull begins a round: of four blocks, to see when one appends nothing, and when the tape is full. What is
// shorter than tapeFull/16 blocks does not fill it, unless a block is dense, which ends a round; it goes in one.
const roundFull = `	CMPQ n+8(FP), $(4*const_tapeFull)
	JB   loop
round:
	MOVQ f+16(FP), DI
	ADDQ $(FieldSection_tape+2*const_tapeFull), DI
	CMPQ R8, DI
	JA   bad
	MOVQ R8, R12
	LEAQ 192(SI), BP
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

// requestLine is the text for the methods of n.
func (n *names) requestLine() string {
	return strings.Replace(requestLine, "MULT", fmt.Sprintf("%#x", n.methodMult), 1)
}
