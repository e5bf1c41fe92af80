package asm

import "fmt"

// avx2 lowers kernels for AVX2 and BMI2. Its loop makes one mask, of controls, and
// so finds line ends only: where names end costs less once a line than once a block.
type avx2 struct {
	c *classes
	n *names
}

func (avx2) header() string { return avx2Header + modesHeader }

const avx2Header = `// The whole-head kernel: one mask of 64 octets, and no branch a field.
//
// N has a bit for each octet that is no control: that a field value may hold. HTAB
// counts as a control here: the kernel is not sure of it. DEL passes for none: note of it is
// taken apart. Then, with carries from block to block:
//
//	first = ^N & (N<<1 | carry)      the first of each run of controls: the CR of each line end
//	S     = first<<2 | carry         where lines start
//	leave when S & ^N != 0           an empty line
//
// first is every other position of the tape: the CR of the start line, then of each
// field line. No mask says that they are: a third control in a run lands on a line start
// and leaves, and that the others are CR LF is checked once per field line, behind
// the empty line. There the name at the start of a line is found, too, in a window of 32
// octets: the first octet that is no tchar ends it, and has to be a colon.
//
//	SI   the block             CX   the last full block, then the end of the input
//	R8   the tape's end        R12  in the loop the tape's end a round ago, then the input
//	R9   carry of N            R10  minus the input          R11  carry of S, 2 bits
//	DX   N                     R15  first                    R14  S & ^N
//	BX   S, then how many      BP   the last block of the round
//	AX   63                    R13  62
//	Y10  0x60: an octet and that, saturated, has bit 7 unless it is below 0x20
//	Y3  Y4   the greatest octets, signed: 0x7F when there is a DEL
//
// Where names are found:
//
//	Y8  Y9   tchar by low and by high nibble    Y12  0x0F    Y13  0
//
// low[x&15] & high[x>>4] is zero for an octet that is no tchar. Octets above ASCII look up 0.
//
`

func (t avx2) data() (string, error) {
	if err := t.c.plain(); err != nil {
		return "", err
	}
	low, high, _, err := nibbleTables(t.c.tchar, set{})
	if err != nil {
		return "", err
	}
	bytes := func(x byte) uint64 { return uint64(x) * 0x0101010101010101 }
	all := func(x byte) []byte { return words(bytes(x), bytes(x), bytes(x), bytes(x)) }
	return constant("low", "By low nibble.", twice(low)) +
		constant("high", "By high nibble.", twice(high)) +
		constant("delete", "DEL,", all(0x7F)) +
		constant("space", "SP,", all(' ')) +
		constant("fragment", "and \"#\".", all('#')) +
		constant("names", namesComment, t.n.table()) +
		constant("ends", "By octet, in pairs: which lengths known names have with that last octet, and with that fifth last.", t.n.endsTable()) +
		constant("methods", "By (method * multiplier) >> 58: the only registered method of up to 8 octets that it can be, and at 512 its number.", t.n.methodTable()) +
		constant("byte", "Broadcast where they are used.", words(bytes(0x0F), bytes(0x60))), nil
}

func (t avx2) lower(o op, _ kernel) string {
	switch o {
	case opEnter:
		return enter256 + rounds256
	case opLoop:
		return "\n\tPCALIGN $64\nloop:\n"
	case opClassify:
		return classify256("SI") + "\tVPMAXSB (SI), Y3, Y3\n\tVPMAXSB 32(SI), Y4, Y4\n"
	case opCarry:
		return carry256
	case opLeave:
		return "\tJNZ  exit\n"
	case opAppend:
		return append256("appended", "dense")
	case opNext:
		return next256
	case opTail:
		return tail256
	case opMore:
		return note256
	case opSkip:
		return skip256
	case opExit:
		return exit256 + count
	case opTarget:
		return methodEnd256 + t.n.requestLine() + method256 + target256
	case opLines:
		return t.n.lines256()
	case opNames:
		return names256 + t.n.verdict()
	case opReturn:
		return begun256 + t.n.edge256() + returns256
	}
	panic(o)
}

// enter256 loads the arguments and sets out from the first octet.
const enter256 = `	MOVQ p+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ f+16(FP), R8
	ADDQ $FieldSection_tape, R8
	MOVQ R8, from-16(SP)         // where this scan begins to append
	MOVL $1, R9
	MOVL $1, R11                 // the start line starts at 0
	MOVL $63, AX
	MOVL $62, R13
	MOVQ SI, R10
	NEGQ R10
	LEAQ -64(SI)(CX*1), CX       // where the last full block starts
	VPBROADCASTQ byte<>+8(SB), Y10
	VPXOR X3, X3, X3
	VPXOR X4, X4, X4
`

// rounds256 begins the loop.
const rounds256 = `	CMPQ mode+24(FP), $2
	JAE  begun
	CMPQ SI, CX
	JA   tail
	MOVQ CX, BP
	XORL R12, R12
` + roundFull + `	CMPQ BP, CX
	CMOVQHI CX, BP
`

const next256 = `	ADDQ $64, SI
	CMPQ SI, BP
	JBE  loop
	CMPQ R8, R12
	JE   quiet
resume:
	CMPQ SI, CX
	JBE  round
`

// begun256 goes on where an earlier scan stands.
const begun256 = `begun:
	ANDQ $3, mode+24(FP)
	MOVQ f+16(FP), DI
	MOVL FieldSection_fill(DI), DX
	ANDL $~1, DX                 // the line under way is looked at again
	LEAQ (R8)(DX*2), R8
	MOVQ R8, from-16(SP)
	MOVL FieldSection_at(DI), DX
	ADDQ DX, SI
	MOVBLZX FieldSection_carryC(DI), R9
	XORL $1, R9
	MOVBLZX FieldSection_carryS(DI), R11
	CMPQ SI, CX
	JBE  round
	JMP  tail
`

// classify256 is N of the 64 octets at a register.
func classify256(at string) string {
	return fmt.Sprintf(`	VPADDUSB (%s), Y10, Y0       // bit 7: no control
	VPADDUSB 32(%s), Y10, Y1
	VPMOVMSKB Y0, DX
	VPMOVMSKB Y1, DI
	SHLQ $32, DI
	ORQ  DI, DX
`, at, at)
}

// carry256 is the scalar step, as far as the leave mask.
const carry256 = `	LEAQ (R9)(DX*2), DI          // N<<1 | carry
	SHRXQ AX, DX, R9
	ANDNQ DI, DX, R15            // first
	LEAQ (R11)(R15*4), BX        // S
	SHRXQ R13, R15, R11
	ANDNQ BX, DX, R14            // S & ^N
`

// slots is how many line ends a block appends whether they are there or not.
const slots = 3

// position appends the number of the lowest set bit of R15.
func position(at int) string {
	return fmt.Sprintf(`	TZCNTQ R15, DX
	ADDL DI, DX
	MOVW DX, %d(R8)
`, 4*at+2)
}

// append256 appends the positions in first, the first slots whether they are
// there or not.
func append256(done, dense string) string {
	s := `	POPCNTQ R15, BX
	LEAQ (SI)(R10*1), DI
` + position(0)
	for i := 1; i < slots; i++ {
		s += "\tBLSRQ R15, R15\n" + position(i)
	}
	return s + fmt.Sprintf(`	CMPQ BX, $%d
	JA   %s
%s:
	LEAQ (R8)(BX*4), R8
`, slots, dense, done)
}

// dense256 appends what append256 leaves, again the first slots whether they are there or not.
func dense256(done, dense string) string {
	s := dense + ":\n"
	for i := range slots {
		s += "\tBLSRQ R15, R15\n" + position(slots+i)
	}
	return s + fmt.Sprintf(`	CMPQ BX, $%d
	JBE  %s
	MOVQ R8, R14
	BLSRQ R15, R15
%s1:
	TZCNTQ R15, DX
	ADDL DI, DX
	MOVW DX, %d(R14)
	ADDQ $4, R14
	BLSRQ R15, R15
	JNZ  %s1
	MOVQ SI, BP                  // look whether the tape is full
	JMP  %s
`, 2*slots, done, dense, 8*slots+2, dense, done)
}

// tail256 loads 64 octets that hold what is left and touch no page that holds no
// input: from SI on if they stay on its page or the input goes on to the next, else
// the 64 that end where the input ends. The carries stay as they were before: a partial
// block is never committed.
var tail256 = `tail:
	ADDQ $64, CX                 // the end of the input
	MOVQ CX, BP
	SUBQ SI, BP                  // octets left
	JZ   more
	MOVQ SI, BX
	XORL R12, R12                // lanes before SI
	LEAQ 63(SI), R15
	XORQ SI, R15
	TESTQ $4096, R15
	JZ   window
	LEAQ -1(CX), R15
	XORQ SI, R15
	TESTQ $4096, R15
	JNZ  window
	LEAQ -64(CX), BX
	MOVQ SI, R12
	SUBQ BX, R12
window:
` + classify256("BX") + `	NOTQ DX
	SHRXQ R12, DX, DX
	BZHIQ BP, DX, DX
	NOTQ DX
	LEAQ (R9)(DX*2), DI          // N<<1 | carry
	ANDNQ DI, DX, R15            // first
	LEAQ (R11)(R15*4), DI        // S
	ANDNQ DI, DX, R14            // S & ^N
	JZ   more
	VPMAXSB (BX), Y3, Y3
	VPMAXSB 32(BX), Y4, Y4
	JMP  exitTail
`

// anyDelete tells whether there is a DEL.
const anyDelete = `	VPMAXSB Y3, Y4, Y3
	VPCMPEQB delete<>(SB), Y3, Y3
	VPMOVMSKB Y3, DX
	TESTL DX, DX
`

// note256 notes the state of the last full block.
const note256 = `more:
` + anyDelete + `	JNZ  bad
	MOVQ f+16(FP), DI
	MOVQ p+0(FP), R12
	SUBQ R12, SI
	MOVL SI, FieldSection_at(DI)
	XORL $1, R9
	MOVB R9, FieldSection_carryC(DI)
	MOVB $0, FieldSection_carryN(DI)
	MOVB R11, FieldSection_carryS(DI)
	MOVQ $0, ret+32(FP)
	JMP  colons
`

// skip256 runs over 128 octets at a time while none is a control, after four blocks without a line end.
var skip256 = `
quiet:
	LEAQ -1(R9), DX
	ORQ  R11, DX
	JNZ  resume                  // a line end is under way
	LEAQ -64(CX), DX
	CMPQ SI, DX
	JA   resume
skip:
	VMOVDQU (SI), Y0
	VMOVDQU 32(SI), Y1
	VMOVDQU 64(SI), Y2
	VMOVDQU 96(SI), Y5
	VPMAXSB Y0, Y3, Y3
	VPMAXSB Y1, Y4, Y4
	VPMAXSB Y2, Y3, Y3
	VPMAXSB Y5, Y4, Y4
	VPMINUB Y0, Y1, Y0
	VPMINUB Y2, Y5, Y2
	VPMINUB Y0, Y2, Y0           // the least octet
	VPADDUSB Y10, Y0, Y0
	VPMOVMSKB Y0, DI
	INCL DI
	JNZ  resume
	ADDQ $128, SI
	ANDQ $-64, SI                // aligned from here on; octets behind it may be seen again
	CMPQ SI, DX
	JBE  skip
	JMP  resume

` + dense256("appended", "dense")

// exit256 is the last block: the empty line is where the lowest bit of R14 is.
var exit256 = `
exit:
	ADDQ $64, CX                 // the end of the input
exitTail:
	MOVQ p+0(FP), R12
	TZCNTQ R14, BX
	BLSMSKQ R14, DI
	SHRQ $1, DI
	ANDQ DI, R15
` + emptyLine + `	LEAQ 2(SI)(BX*1), AX         // the end of the head
` + anyDelete + `	JNZ  deleted
clean:
` + append256("last", "lastDense") + `	MOVQ AX, SI
	JMP  tape
` + dense256("last", "lastDense") + `deleted:                     // or behind the head?
	MOVQ R12, DX
deleted1:
	CMPB (DX), $0x7F
	JEQ  bad
	INCQ DX
	CMPQ DX, AX
	JB   deleted1
	JMP  clean
tape:
`
