package asm

// avx512 lowers kernels for AVX-512 F, BW, VL, VBMI, VBMI2 and BMI2.
type avx512 struct {
	c *classes
	n *names
}

func (avx512) header() string { return amd64Header + modesHeader + avx512Header }

const avx512Header = `//
// AVX-512 F BW VL VBMI VBMI2, BMI2:
//
//	Z16 Z17  class table       Z18  -0x20 (ASCII) or 0x80 (any octet)
//	Z20      0x5E (ASCII) or 0x01     Z24  0 1 2 ... 63
//	Y25      the block's offset, in words    Y26  64, in words
//	Z1       the block         K2   U        K5   C
//
// The ASCII kernel finds U in one lookup by the low six bits of x: the entry
// plus x has bit 7 set when ASCII octet x is no tchar. It takes all but 0x20 to 0x7E for
// controls; so it is not sure of heads with HTAB or obs-text, as of those with
// controls. VPERMI2B, which the other kernel needs, is three times as much work
// for the one port that most of this kernel waits for.
`

func (t avx512) data() (string, error) {
	sum, bit := sumTable(t.c.tchar), bitTable(t.c.tchar, t.c.control)
	return constant("sum", "sum[x&63] + x has bit 7 when ASCII octet x is no tchar.", sum[:]) +
		constant("class", "Bit 7: tchar; bit 0: control.", bit[:]) +
		constant("lanes", "0 to 63.", lanes()) +
		constant("names", namesComment, t.n.table()) +
		constant("methods", "By (method * multiplier) >> 58: the only registered method of up to 8 octets that it can be, and at 512 its number.", t.n.methodTable()) +
		constant("word", "Broadcast where they are used.", words(
			0x8080808080808080, 0xE0E0E0E0E0E0E0E0, 0x0101010101010101, 0x0040004000400040,
			0x7F7F7F7F7F7F7F7F, 0x2020202020202020, 0x5E5E5E5E5E5E5E5E, 0x2323232323232323,
			0x2121212121212121, 0x5D5D5D5D5D5D5D5D)), nil
}

func (t avx512) lower(o op, k kernel) string {
	switch o {
	case opEnter:
		return enter + enter512(k.any) + rounds
	case opLoop:
		return "\n\tPCALIGN $64\nloop:\n\tVMOVDQU64 (SI), Z1\n"
	case opClassify:
		return classify512(k.any)
	case opCarry:
		return carry
	case opLeave:
		return "\tJNZ  exit\n"
	case opAppend:
		return append512
	case opNext:
		return next
	case opTail:
		return tail512(k.any) + carryLast + "\tJNZ  exitTail\n"
	case opMore:
		return note
	case opSkip:
		return skip512(k.any)
	case opExit:
		return exit512 + count
	case opTarget:
		return methodEnd + t.n.requestLine() + target512(k.any)
	case opLines:
		return t.n.lines()
	case opNames:
		return t.n.known(differ512)
	case opReturn:
		return begun("\tVPBROADCASTW DX, Y25\n") + returns
	}
	panic(o)
}

func enter512(any bool) string {
	s := `	VMOVDQU64 sum<>(SB), Z16
	VPBROADCASTQ word<>+8(SB), Z18
	VPBROADCASTQ word<>+48(SB), Z20
`
	if any {
		s = `	VMOVDQU64 class<>+0(SB), Z16
	VMOVDQU64 class<>+64(SB), Z17
	VPBROADCASTQ word<>+0(SB), Z18
	VPBROADCASTQ word<>+16(SB), Z20
`
	}
	return s + `	VMOVDQU64 lanes<>(SB), Z24
	VPBROADCASTQ word<>+24(SB), Y26
	VPXORQ Z25, Z25, Z25
`
}

func classify512(any bool) string {
	if any {
		return `	VPTESTNMB Z18, Z1, K1        // ASCII
` + lookup512
	}
	return sums512
}

const lookup512 = `	VPERMI2B.Z Z17, Z16, K1, Z1
	VPTESTMB Z20, Z1, K5
	VPTESTNMB Z18, Z1, K2
	KMOVQ K5, DX
	KMOVQ K2, R15
`

const sums512 = `	VPERMB Z16, Z1, Z2
	VPADDB Z18, Z1, Z3           // x - 0x20
	VPADDB Z1, Z2, Z2            // bit 7: no tchar, of ASCII
	VPCMPUB $6, Z20, Z3, K5      // not from 0x20 to 0x7E
	VPMOVB2M Z2, K2
	KMOVQ K5, DX
	KMOVQ K2, R15
	ORQ  DX, R15
`

const append512 = name + `	ORQ  R14, R15
	KMOVQ R15, K3
	POPCNTQ R15, DX
	VPCOMPRESSB.Z Z24, K3, Z2    // the numbers of the set bits
	VPMOVZXBW X2, Y3
	VPADDW Y25, Y3, Y3
	VMOVDQU Y3, (R8)
	CMPQ DX, $16
	JA   dense
appended:
	VPADDW Y26, Y25, Y25
	LEAQ (R8)(DX*2), R8
`

// tail512 loads what is left under a mask: no lane behind the input is touched.
func tail512(any bool) string {
	s := `tail:
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
		s += "\tVPTESTNMB Z18, Z1, K1, K1\n" + lookup512
	} else {
		s += sums512
	}
	return s + `	BZHIQ DI, DX, DX             // a lane behind the input is neither
	BZHIQ DI, R15, R15
`
}

// skip512 runs over 256 octets at a time while all are visible, SP or (any
// octet) obs-text.
func skip512(any bool) string {
	s := quiet + `	LEAQ -192(CX), DX
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
		s += `skip:
	VPADDB (SI), Z18, Z1         // x - 0x20
	VPADDB 64(SI), Z18, Z2
	VPADDB 128(SI), Z18, Z3
	VPADDB 192(SI), Z18, Z4
	VPMAXUB Z1, Z2, Z1
	VPMAXUB Z3, Z4, Z3
	VPMAXUB Z1, Z3, Z1
	VPCMPUB $6, Z20, Z1, K1      // not from 0x20 to 0x7E
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
	JMP  resume

dense:
	VEXTRACTI64X2 $1, Z2, X2     // more than 16 positions in one block
	VPMOVZXBW X2, Y3
	VPADDW Y25, Y3, Y3
	VMOVDQU Y3, 32(R8)
	MOVQ SI, BP                  // look whether the tape is full
	JMP  appended
`
}

const exit512 = exit + `	KMOVQ R15, K3
	VPCOMPRESSB.Z Z24, K3, Z2
` + emptyLine + `	POPCNTQ R15, DX
	LEAQ 2(SI)(BX*1), SI         // the end of the head
	VPMOVZXBW Y2, Z3
	VPBROADCASTW X25, Z25
	VPADDW Z25, Z3, Z3
	VMOVDQU64 Z3, (R8)
	LEAQ (R8)(DX*2), R8
`

// target512 looks for what may not stand in a request target. The kernel for ASCII has had controls and
// all above "~" on the tape before; so SP and "#" are what is left.
func target512(any bool) string {
	constants, check := "\tVPBROADCASTQ word<>+40(SB), Z3\n", "\tVPCMPEQB Z3, Z1, K7, K1      // SP\n"
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
