package asm

import (
	"fmt"
	"strings"
)

// avx512 lowers kernels for AVX-512 F, BW, VL, VBMI, VBMI2 and BMI2.
type avx512 struct {
	c *classes
	n *names
}

func (avx512) header() string { return masksHeader512 + linesHeader512 + modesHeader + avx512Header }

const avx512Header = `//
// AVX-512 F BW VL VBMI VBMI2, BMI2:
//
//	Z16 Z17  class table       Z18  0x80 (any octet)
//	Z20      0x41 (ASCII) or 0x01     Z24  0 1 2 ... 63
//	Y25      the block's offset, in words    Y26  64, in words
//	Z1       the block         K2   U        K5   C
//
// The ASCII kernel finds both in one lookup by the low six bits of x: of the entry plus x, saturated, bit 7 is set
// when x is no tchar, and bits 6 and 0 are clear when it is a control. It takes some octets above
// ASCII for controls, and is not sure of them. VPERMI2B, which the other kernel needs, is three times as much work
// for the one port that most of this kernel waits for.
`

func (t avx512) data() (string, error) {
	sum, err := sumTable(t.c.tchar, t.c.control)
	if err != nil {
		return "", err
	}
	bit := bitTable(t.c.tchar, t.c.control)
	return constant("sum", "sum[x&63] + x, saturated, has bit 7 when ASCII octet x is no tchar, and neither bit 6 nor bit 0 when it is a control.", sum[:]) +
		constant("class", "Bit 7: tchar; bit 0: control.", bit[:]) +
		constant("lanes", "0 to 63.", lanes()) +
		constant("lines", linesComment, t.n.linesTable()) +
		constant("patterns", strings.ToUpper(patternsComment[:1])+patternsComment[1:], t.n.patterns()) +
		constant("methods", "By (method * multiplier) >> 58: the only registered method of up to 8 octets that it can be, and at 512 its number.", t.n.methodTable()) +
		constant("word", "Broadcast where they are used.", words(
			0x8080808080808080, 0xE0E0E0E0E0E0E0E0, 0x0101010101010101, 0x0040004000400040,
			0x7F7F7F7F7F7F7F7F, 0x2020202020202020, 0x5E5E5E5E5E5E5E5E, 0x2323232323232323,
			0x2121212121212121, 0x5D5D5D5D5D5D5D5D, sumTest*0x0101010101010101)), nil
}

func (t avx512) lower(o op, k kernel) string {
	switch o {
	case opEnter:
		return arguments512 + enter512(k.any) + rounds512
	case opLoop:
		return "\n\tPCALIGN $64\nloop:\n"
	case opClassify:
		return classify512(k.any, "\tVMOVDQU64 64(SI), Z1         // the next block\n")
	case opCarry:
		return carry512
	case opLeave:
		return "\tJNZ  exit\n"
	case opAppend:
		return append512("appended", "dense")
	case opNext:
		return next512
	case opTail:
		return last512(k.any) + tail512(k.any) + carryLast512 + "\tJNZ  exitTail\n"
	case opMore:
		return note512
	case opSkip:
		return skip512(k.any)
	case opExit:
		return exit512 + count
	case opTarget:
		return methodEnd512 + t.n.requestLine() + target512(k.any)
	case opLines:
		return lines512
	case opNames:
		return names512 + t.n.verdict()
	case opReturn:
		return begun512("\tVPBROADCASTW DX, Y25\n"+step512) + returns512
	}
	panic(o)
}

// step512 is how far a block's offset is from the last one's.
const step512 = "\tVPBROADCASTQ word<>+24(SB), Y26\n"

func enter512(any bool) string {
	s := `	VMOVDQU64 sum<>(SB), Z16
	VPBROADCASTQ word<>+80(SB), Z20
`
	if any {
		s = `	VMOVDQU64 class<>+0(SB), Z16
	VMOVDQU64 class<>+64(SB), Z17
	VPBROADCASTQ word<>+0(SB), Z18
	VPBROADCASTQ word<>+16(SB), Z20
`
	}
	return s + `	VMOVDQU64 lanes<>(SB), Z24
	VPXORQ Z25, Z25, Z25
`
}

// classify512 makes both masks of the block in Z1, which is free where next stands.
func classify512(any bool, next string) string {
	if any {
		return `	VPTESTNMB Z18, Z1, K1        // ASCII
` + lookup512 + next + masks512
	}
	return `	VPERMB Z16, Z1, Z2
	VPADDSB Z1, Z2, Z2
` + next + `	VPTESTNMB Z20, Z2, K5
	VPMOVB2M Z2, K2
	KMOVQ K5, DX
	KMOVQ K2, R15
	ORQ  DX, R15
`
}

const lookup512 = `	VMOVDQA64 Z1, Z2
	VPERMI2B.Z Z17, Z16, K1, Z2
`

const masks512 = `	VPTESTMB Z20, Z2, K5
	VPTESTNMB Z18, Z2, K2
	KMOVQ K5, DX
	KMOVQ K2, R15
`

// rounds512 begins the loop. Each block is loaded while the one before is looked at: a load across the edge of a
// cache line, as nearly all are, takes most of a cycle more where the next instruction waits for it. As the loop loads
// no block that is not full, the last full one is not for it.
const rounds512 = `	CMPQ mode+24(FP), $2
	JAE  begun
	XORL R12, R12
	CMPQ SI, CX
	JA   tail
` + step512 + `	VMOVDQU64 (SI), Z1
	LEAQ -64(CX), BP
	CMPQ SI, BP
	JA   last
` + roundFull + `	LEAQ -64(CX), DI
	CMPQ BP, DI
	CMOVQHI DI, BP
`

const next512 = `	ADDQ $64, SI
	CMPQ SI, BP
	JBE  loop
	CMPQ R8, R12
	JE   quiet
resume:
	CMPQ SI, CX
	JA   tail
	LEAQ -64(CX), DI
	CMPQ SI, DI
	JBE  round
`

// last512 is the last full block.
func last512(any bool) string {
	return "last:\n" + classify512(any, "") + carry512 + "\tJNZ  exit\n" + append512("appendedLast", "denseLast") + "\tADDQ $64, SI\n"
}

// append512 appends the positions that the block has.
func append512(done, dense string) string {
	return ends512 + fmt.Sprintf(`	ORQ  R14, R15
	KMOVQ R15, K3
	POPCNTQ R15, DX
	VPCOMPRESSB.Z Z24, K3, Z2    // the numbers of the set bits
	VPMOVZXBW X2, Y3
	VPADDW Y25, Y3, Y3
	CMPQ DX, $16
	JA   %s
%s:
	VMOVDQU Y3, (R8)
	VPADDW Y26, Y25, Y25
	LEAQ (R8)(DX*2), R8
`, dense, done)
}

// dense512 appends what append512 leaves.
func dense512(done, dense string) string {
	return fmt.Sprintf(`%s:
	VEXTRACTI64X2 $1, Z2, X2     // more than 16 positions in one block
	VPMOVZXBW X2, Y4
	VPADDW Y25, Y4, Y4
	VMOVDQU Y4, 32(R8)
	MOVQ SI, BP                  // the loop looks whether the tape is full
	JMP  %s
`, dense, done)
}

// tail512 loads what is left under a mask: no lane behind the input is touched.
func tail512(any bool) string {
	s := `tail:
	SHRQ $63, R9                 // the carries, as bits
	SHRQ $62, R14
	ADDQ $64, CX                 // the end of the input
	MOVQ CX, DI
	SUBQ SI, DI
	JZ   more
	MOVQ $-1, DX
	BZHIQ DI, DX, DX
	KMOVQ DX, K1
	VMOVDQU8.Z (SI), K1, Z1
`
	if any {
		s += "\tVPTESTNMB Z18, Z1, K1, K1\n" + lookup512 + masks512
	} else {
		s += classify512(any, "")
	}
	return s + `	BZHIQ DI, DX, DX             // a lane behind the input is neither
	BZHIQ DI, R15, R15
`
}

// skip512 runs over 256 octets at a time while all are visible, SP or (any
// octet) obs-text.
func skip512(any bool) string {
	s := quiet512 + `	LEAQ -192(CX), DX
	CMPQ SI, DX
	JA   resume
`
	if any {
		s += `	VPBROADCASTQ word<>+32(SB), Z5
	VPBROADCASTQ word<>+40(SB), Z6
skip:
	VMOVDQU64 (SI), Z1
	VMOVDQU64 64(SI), Z2
	VMOVDQU64 128(SI), Z3
	VMOVDQU64 192(SI), Z4
	VPMINUB Z1, Z2, Z7
	VPMINUB Z3, Z4, Z8
	VPMINUB Z7, Z8, Z7           // the least octet
	VPXORQ Z5, Z1, Z1
	VPXORQ Z5, Z2, Z2
	VPXORQ Z5, Z3, Z3
	VPXORQ Z5, Z4, Z4
	VPMINUB Z1, Z2, Z1
	VPMINUB Z3, Z4, Z3
	VPMINUB Z1, Z3, Z1           // zero for DEL
	VPCMPUB $1, Z6, Z7, K1
	VPTESTNMB Z1, Z1, K3
	KORQ K1, K3, K1
`
	} else {
		s += `	VPBROADCASTQ word<>+8(SB), Z18
	VPBROADCASTQ word<>+48(SB), Z21
skip:
	VPADDB (SI), Z18, Z1         // x - 0x20
	VPADDB 64(SI), Z18, Z2
	VPADDB 128(SI), Z18, Z3
	VPADDB 192(SI), Z18, Z4
	VPMAXUB Z1, Z2, Z1
	VPMAXUB Z3, Z4, Z3
	VPMAXUB Z1, Z3, Z1
	VPCMPUB $6, Z21, Z1, K1      // not from 0x20 to 0x7E
`
	}
	return s + `	KORTESTQ K1, K1
	JNZ  skipped
	ADDQ $256, SI
	ANDQ $-64, SI                // aligned from here on; octets behind it may be seen again
	CMPQ SI, DX
	JBE  skip
skipped:
	MOVQ SI, DI
	SUBQ p+0(FP), DI
	VPBROADCASTW DI, Y25
reload:
	CMPQ SI, CX
	JA   tail
	VMOVDQU64 (SI), Z1
	JMP  resume

` + dense512("appended", "dense") + dense512("appendedLast", "denseLast")
}

const exit512 = lastBlock512 + `	KMOVQ R15, K3
	VPCOMPRESSB.Z Z24, K3, Z2
` + emptyLine + `	POPCNTQ R15, DX
	LEAQ 2(SI)(BX*1), SI         // the end of the head
	VPMOVZXBW Y2, Z3
	VPBROADCASTW X25, Z25
	VPADDW Z25, Z3, Z3
	VMOVDQU64 Z3, (R8)
	LEAQ (R8)(DX*2), R8
`

// target512 looks for what may not stand in a request target. The kernel for ASCII has had DEL on
// the tape before; so what is left is not above SP, signed, or "#".
func target512(any bool) string {
	constants, check := "\tVPBROADCASTQ word<>+40(SB), Z3\n", "\tVPCMPB $2, Z3, Z1, K7, K1\n"
	if any {
		constants = `	VPBROADCASTQ word<>+64(SB), Z3
	VPBROADCASTQ word<>+72(SB), Z4
`
		check = `	VPSUBB Z3, Z1, Z2
	VPCMPUB $6, Z4, Z2, K7, K1   // not from 0x21 to 0x7E
`
	}
	return constants + `	VPBROADCASTQ word<>+56(SB), Z5
target:
	MOVQ $-1, DX
	CMPQ R14, $64
	JAE  target64
	BZHIQ R14, DX, DX
target64:
	KMOVQ DX, K7
	VMOVDQU8.Z (R11), K7, Z1
` + check + `	VPCMPEQB Z5, Z1, K7, K2      // "#"
	KORTESTQ K1, K2
	JNZ  bad
	ADDQ $64, R11
	SUBQ $64, R14
	JG   target
`
}
