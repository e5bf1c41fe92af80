package asm

import "fmt"

// avx2 lowers kernels for AVX2 and BMI2.
type avx2 struct {
	c *classes
	n *names
}

func (avx2) header() string { return amd64Header + avx2Header }

const avx2Header = `//
// AVX2, BMI2:
//
//	Y8  Y9   class by low and by high nibble    Y12  0x0F
//	Y10      0x80 less the least C              Y11  0x7F
//	Y13      0
//
// low[x&15] & high[x>>4] is zero for an octet in neither class, and at least
// as much as the least C for a control; a saturating addition moves that into bit 7. Octets above
// ASCII look up 0.
`

func (t avx2) data() (string, error) {
	low, high, least, err := nibbleTables(t.c.tchar, t.c.control)
	if err != nil {
		return "", err
	}
	twice := func(b [16]byte) []byte { return append(b[:], b[:]...) }
	bytes := func(x byte) uint64 { return uint64(x) * 0x0101010101010101 }
	return constant("low", "By low nibble.", twice(low)) +
		constant("high", "By high nibble.", twice(high)) +
		constant("names", namesComment, t.n.table()) +
		constant("methods", "By (method * multiplier) >> 58: the only registered method of up to 8 octets that it can be, and at 512 its number.", t.n.methodTable()) +
		constant("byte", "Broadcast where they are used.", words(
			bytes(0x0F), bytes(0x80-least), bytes(0x7F), bytes(0x21), bytes(0x5D), bytes('#'), bytes(0x1F))), nil
}

func (t avx2) lower(o op, _ kernel) string {
	switch o {
	case opEnter:
		return enter + enter256 + rounds
	case opLoop:
		return "\n\tPCALIGN $64\nloop:\n\tMOVQ SI, BX\n"
	case opClassify:
		return classify256
	case opCarry:
		return carry
	case opLeave:
		return "\tJNZ  exit\n"
	case opAppend:
		return name + append256("appended", "dense")
	case opNext:
		return next
	case opTail:
		return tail256 + carryLast + "\tJNZ  exitTail\n"
	case opMore:
		return note
	case opSkip:
		return skip256
	case opExit:
		return exit256 + count
	case opTarget:
		return t.n.requestLine() + target256
	case opLines:
		return t.n.lines()
	case opNames:
		return t.n.known(differ256)
	case opReturn:
		return begun("") + returns
	}
	panic(o)
}

const enter256 = `	VMOVDQU low<>(SB), Y8
	VMOVDQU high<>(SB), Y9
	VPBROADCASTQ byte<>+0(SB), Y12
	VPBROADCASTQ byte<>+8(SB), Y10
	VPBROADCASTQ byte<>+16(SB), Y11
	VPXOR Y13, Y13, Y13
`

// classify256 classifies the 64 octets at BX.
const classify256 = `	VMOVDQU (BX), Y0
	VMOVDQU 32(BX), Y6
	VPSRLW $4, Y0, Y1
	VPSRLW $4, Y6, Y7
	VPAND Y12, Y1, Y1
	VPAND Y12, Y7, Y7
	VPSHUFB Y0, Y8, Y2
	VPSHUFB Y1, Y9, Y3
	VPSHUFB Y6, Y8, Y4
	VPSHUFB Y7, Y9, Y5
	VPAND Y2, Y3, Y2
	VPAND Y4, Y5, Y4
	VPADDUSB Y10, Y2, Y3         // bit 7: control
	VPCMPEQB Y13, Y2, Y2         // neither control nor tchar
	VPADDUSB Y10, Y4, Y5
	VPCMPEQB Y13, Y4, Y4
	VPMOVMSKB Y3, DX
	VPMOVMSKB Y2, R15
	VPMOVMSKB Y5, DI
	VPMOVMSKB Y4, R14
	SHLQ $32, DI
	SHLQ $32, R14
	ORQ  DI, DX
	ORQ  R14, R15
	ORQ  DX, R15
`

// position appends the number of the lowest set bit of R15.
func position(at int) string {
	return fmt.Sprintf(`	TZCNTQ R15, DX
	BLSRQ R15, R15
	ADDL DI, DX
	MOVW DX, %d(R8)
`, 2*at)
}

// append256 appends the positions F | first, the first four whether they are
// there or not.
func append256(done, dense string) string {
	return `	ORQ  R14, R15
	POPCNTQ R15, BX
	MOVQ SI, DI
	SUBQ p+0(FP), DI
` + position(0) + position(1) + position(2) + position(3) + `	CMPQ BX, $4
	JA   ` + dense + `
` + done + `:
	LEAQ (R8)(BX*2), R8
`
}

// dense256 appends what append256 leaves.
func dense256(done, dense string) string {
	return dense + ":\n" + position(4) + position(5) + position(6) + position(7) + `	CMPQ BX, $8
	JBE  ` + done + `
	MOVQ R8, R14
` + dense + `1:
	TZCNTQ R15, DX
	ADDL DI, DX
	MOVW DX, 16(R14)
	ADDQ $2, R14
	BLSRQ R15, R15
	JNZ  ` + dense + `1
	MOVQ SI, BP                  // look whether the tape is full
	JMP  ` + done + `
`
}

// tail256 loads 64 octets that hold what is left and touch no page that holds no
// input: from SI on if they stay on its page or the input goes on to the next, else
// the 64 that end where the input ends.
const tail256 = `tail:
	ADDQ $64, CX                 // the end of the input
	MOVQ CX, DI
	SUBQ SI, DI
	JZ   more
	MOVQ DI, left-16(SP)
	MOVQ SI, BX
	XORL DX, DX                  // lanes before SI
	LEAQ 63(SI), R15
	XORQ SI, R15
	TESTQ $4096, R15
	JZ   window
	LEAQ -1(CX), R15
	XORQ SI, R15
	TESTQ $4096, R15
	JNZ  window
	LEAQ -64(CX), BX
	MOVQ SI, DX
	SUBQ BX, DX
window:
	MOVQ DX, before-24(SP)
` + classify256 + `	MOVQ before-24(SP), DI
	SHRXQ DI, DX, DX
	SHRXQ DI, R15, R15
	MOVQ left-16(SP), DI
	BZHIQ DI, DX, DX
	BZHIQ DI, R15, R15
`

// skip256 runs over 128 octets at a time while all are visible, SP or obs-text.
var skip256 = quiet + `	LEAQ -64(CX), DX
	CMPQ SI, DX
	JA   resume
	VPBROADCASTQ byte<>+48(SB), Y7
skip:
	VMOVDQU (SI), Y0
	VMOVDQU 32(SI), Y1
	VMOVDQU 64(SI), Y2
	VMOVDQU 96(SI), Y3
	VPMINUB Y0, Y1, Y4
	VPMINUB Y2, Y3, Y5
	VPMINUB Y4, Y5, Y4           // the least octet
	VPXOR Y11, Y0, Y0
	VPXOR Y11, Y1, Y1
	VPXOR Y11, Y2, Y2
	VPXOR Y11, Y3, Y3
	VPMINUB Y0, Y1, Y0
	VPMINUB Y2, Y3, Y2
	VPMINUB Y0, Y2, Y0           // zero for DEL
	VPXOR Y6, Y6, Y6
	VPCMPEQB Y6, Y0, Y0
	VPMINUB Y7, Y4, Y5
	VPCMPEQB Y4, Y5, Y4          // at most 0x1F
	VPOR Y0, Y4, Y4
	VPTEST Y4, Y4
	JNZ  resume
	ADDQ $128, SI
	ANDQ $-64, SI                // aligned from here on; octets behind it may be seen again
	CMPQ SI, DX
	JBE  skip
	JMP  resume

` + dense256("appended", "dense")

var exit256 = exit + emptyLine + `	LEAQ 2(SI)(BX*1), AX         // the end of the head
	XORL R14, R14
` + append256("last", "lastDense") + `	MOVQ AX, SI
	JMP  tape
` + dense256("last", "lastDense") + `tape:
`

// target256 checks 32 octets at a time, in a window that touches no page without
// input; the head's end is SI.
const target256 = `	VPBROADCASTQ byte<>+24(SB), Y3
	VPBROADCASTQ byte<>+32(SB), Y4
	VPBROADCASTQ byte<>+40(SB), Y5
target:
	MOVQ R11, AX
	XORL DX, DX                  // lanes before R11
	LEAQ 31(R11), R15
	XORQ R11, R15
	TESTQ $4096, R15
	JNZ  targetEdge
targetWindow:
	VMOVDQU (AX), Y1
	VPSUBB Y3, Y1, Y2
	VPMINUB Y4, Y2, Y6
	VPCMPEQB Y2, Y6, Y2          // from 0x21 to 0x7E
	VPCMPEQB Y5, Y1, Y1          // "#"
	VPANDN Y2, Y1, Y1
	VPMOVMSKB Y1, R15
	NOTL R15
	SHRXL DX, R15, R15
	CMPQ R14, $32
	JAE  target32
	BZHIL R14, R15, R15
target32:
	TESTL R15, R15
	JNZ  bad
	ADDQ $32, R11
	SUBQ $32, R14
	JG   target
	JMP  lines
targetEdge:
	LEAQ -1(SI), R15
	XORQ R11, R15
	TESTQ $4096, R15
	JNZ  targetWindow
	LEAQ -32(SI), AX
	MOVQ R11, DX
	SUBQ AX, DX
	JMP  targetWindow
`
