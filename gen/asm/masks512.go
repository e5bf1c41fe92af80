package asm

// The scalar half of the AVX-512 kernel: what becomes of the two masks of a block.

const masksHeader512 = `// The whole-head kernel: two masks of 64 octets, and no branch a field.
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
//	R9   C of the last block   R10  -1 for no carry          R14  first, of the last block
//	R15  U, then F             DX   C                        DI   first
//	BX   S, then the sum       BP   the last block of the round
//
`

// arguments512 loads the arguments and sets out from the first octet.
const arguments512 = `	MOVQ p+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ f+16(FP), R8
	ADDQ $FieldSection_tape, R8
	XORL R9, R9
	MOVQ $-1, R10
	MOVQ $(1<<62), R14           // the start line starts at 0
	LEAQ -64(SI)(CX*1), CX       // where the last full block starts
`

// begun512 goes on where an earlier scan stands, DX octets in.
func begun512(offset string) string {
	return `begun:
	ANDQ $3, mode+24(FP)
	MOVQ f+16(FP), DI
	MOVL FieldSection_fill(DI), DX
	LEAQ (R8)(DX*2), R8
	MOVL FieldSection_at(DI), DX
	ADDQ DX, SI
` + offset + `	MOVBLZX FieldSection_carryC(DI), R9
	SHLQ $63, R9
	MOVBLZX FieldSection_carryN(DI), R10
	DECQ R10
	MOVBLZX FieldSection_carryS(DI), R14
	SHLQ $62, R14
	JMP  reload
`
}

// carry512 is the scalar step, as far as the leave mask. What a block carries over is shifted out of the masks
// that it leaves: SHLQ of two registers is the one shift that does not want the ports of branches.
const carry512 = `	MOVQ DX, DI
	SHLQ $1, R9, DI              // C<<1 | carry
	MOVQ DX, R9
	ANDNQ DX, DI, DI             // first
	MOVQ DI, BX
	SHLQ $2, R14, BX             // S
	MOVQ DI, R14
	TESTQ R15, BX
`

// carryLast512 is carry512 for the last, partial block, which is never committed: R9 and R14 are the carries of C and S.
const carryLast512 = `	LEAQ (R9)(DX*2), DI          // C<<1 | carry
	ANDNQ DX, DI, DI             // first
	LEAQ (R14)(DI*4), BX         // S
	TESTQ R15, BX
`

// ends512 is the rest: F. R10 is all ones when the subtraction borrows, which NEG makes a flag.
const ends512 = `	NEGQ R10
	SBBQ R15, BX
	SBBQ R10, R10
	ANDQ BX, R15                 // F
`

// lastBlock512 is the last block: positions below lane BX, where the empty line is, are R15.
const lastBlock512 = `
exit:
	ADDQ $64, CX                 // the end of the input
exitTail:
	MOVQ p+0(FP), R12
	MOVQ DI, R14                 // first
	MOVQ BX, DI
	ANDQ R15, DI                 // S & U
` + ends512 + `	ORQ  R14, R15
	TZCNTQ DI, BX
	BLSMSKQ DI, DI
	SHRQ $1, DI
	ANDQ DI, R15
`

// note512 notes the state of the last full block.
const note512 = `more:
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
	MOVB R14, FieldSection_carryS(DI)
	MOVQ $0, ret+32(FP)
	VZEROUPPER
	RET
`

// quiet512 begins the skip loop: four blocks without a position are a long value.
const quiet512 = `
quiet:
	MOVQ R9, DX
	SHRQ $63, DX
	MOVQ R14, DI
	SHRQ $62, DI
	LEAQ 1(DX)(R10*1), DX
	ORQ  DI, DX
	JNZ  resume                  // a line end or a name is under way
`

// methodEnd512 is where the method ends, as a name does.
const methodEnd512 = `	MOVWLZX (R9), DX
	CMPB (R12)(DX*1), $0x20
	JNE  bad
`
