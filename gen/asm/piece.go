package asm

import (
	"bytes"
	"strings"
)

const pieceHeader = `// Field lines that come in pieces, held against the grammar 32 octets at a time. Nothing is noted but
// where they have come to. It is the scalar step of the whole-head kernel, with all that is allowed to
// stand in a line end and behind a name:
//
//	S = R<<2 | carry                 where lines start: two octets behind each CR
//	LF has to be S>>1, and no control be another
//	S &^ T has to be 0               no empty line, no empty name, no fold
//	F = (S + T + carry) &^ T         the addition ripples through each name, to the octet behind it
//	F &^ K has to be 0
//
//	SI   the input, then K: ":"      CX   its end       BX   the window       AX   C: controls, then what is wrong
//	R8   lanes of the piece          R13  lanes before it
//	R9   S, then its carry           R10  the state: in a name, and the carry of S, 2 bits; then the sum
//	R11  lines begun    R12  R: CR   R14  T: tchar      R15  LF
//
// The first window holds octets before the piece. There are 31 at least, so no octet is touched that is
// none of the input.

`

const pieceText = `
// func goodPiece(p *byte, n int, f *FieldSection) bool
TEXT ·goodPiece(SB), NOSPLIT, $0-25
	MOVQ f+16(FP), DI
	MOVQ n+8(FP), CX
	MOVBLZX (FieldSection_scan+scan_state)(DI), R10
	MOVQ (FieldSection_scan+scan_pos)(DI), BX
	MOVQ p+0(FP), SI
	MOVQ FieldSection_lines(DI), R11
	SUBL $const_stateLines, R10
	JCS  no
	CMPQ CX, (FieldSection_scan+scan_most)(DI)
	JGE  no
	MOVQ BX, R13
	SUBQ CX, R13                 // minus the length of the piece
	JGE  none
	CMPQ R13, $-const_minLong
	JLE  no
	VMOVDQU low<>(SB), Y8
	VMOVDQU high<>(SB), Y9
	ANDL $31, R13
	MOVL $-1, R8
	SHLXL R13, R8, R8
	ADDQ SI, BX
	SUBQ R13, BX
	ADDQ SI, CX
	JMP  window
more:
	MOVL $-1, R8
	XORL R13, R13
window:
	VMOVDQU (BX), Y0
	VPSRLW $4, Y0, Y1
	VPAND nibble<>(SB), Y1, Y1
	VPSHUFB Y0, Y8, Y2
	VPSHUFB Y1, Y9, Y3
	VPAND Y2, Y3, Y2
	VPADDUSB least<>(SB), Y2, Y3 // bit 7: control
	VPMOVMSKB Y3, AX
	ANDL R8, AX
	MOVL AX, DX
	ORL  R10, DX
	JZ   next                    // a value goes on
	VPXOR Y7, Y7, Y7
	VPCMPEQB Y7, Y2, Y2          // neither control nor tchar
	VPOR Y3, Y2, Y2
	VPCMPEQB colon<>(SB), Y0, Y4
	VPCMPEQB cr<>(SB), Y0, Y5
	VPCMPEQB lf<>(SB), Y0, Y6
	VPMOVMSKB Y2, R14
	VPMOVMSKB Y4, SI
	VPMOVMSKB Y5, R12
	VPMOVMSKB Y6, R15
	ANDNL R8, R14, R14
	ANDL R8, R12
	ANDL R8, R15
	MOVL R10, R9
	ANDL $3, R9
	SHLXQ R13, R9, R9
	LEAQ (R9)(R12*4), R9
	SHRL $2, R10
	SHLXQ R13, R10, R10
	ADDQ R14, R10
	MOVL R9, DX
	ADDQ DX, R10
	ORL  R15, R12
	XORL R12, AX                 // another control
	POPCNTL DX, R12
	ADDQ R12, R11
	ANDNL DX, R14, DX
	ORL  DX, AX
	ANDNL R10, R14, DX           // F
	ANDNL DX, SI, DX
	ORL  DX, AX
	MOVQ R9, DX
	SHRQ $1, DX
	ANDL R8, DX
	XORL R15, DX                 // a LF that is not due, or one that is missing
	ORL  DX, AX
	JNZ  bad
	SHRQ $32, R9
	SHRQ $32, R10
	LEAL (R9)(R10*4), R10
next:
	ADDQ $32, BX
	CMPQ BX, CX
	JB   more
	CMPQ R11, (FieldSection_scan+scan_lim)(DI)
	JGT  bad
	MOVQ n+8(FP), CX
	ORL  $const_stateLines, R10
	MOVQ CX, (FieldSection_scan+scan_pos)(DI)
	MOVB R10, (FieldSection_scan+scan_state)(DI)
	MOVQ R11, FieldSection_lines(DI)
	VZEROUPPER
	MOVB $1, ret+24(FP)
	RET
none:
	CMPQ R11, (FieldSection_scan+scan_lim)(DI)
	SETLE ret+24(FP)
	RET
bad:
	VZEROUPPER
no:
	MOVB $0, ret+24(FP)
	RET
`

// Piece emits parser/zpiece_amd64.s, for AVX2 and BMI2.
func Piece() ([]byte, error) {
	c, err := loadClasses()
	if err != nil {
		return nil, err
	}
	low, high, least, err := nibbleTables(c.tchar, c.control)
	if err != nil {
		return nil, err
	}
	octets := func(x byte) []byte { return bytes.Repeat([]byte{x}, 32) }
	var b strings.Builder
	b.WriteString(preamble)
	b.WriteString(pieceHeader)
	b.WriteString(constant("low", "Classes, by low nibble,", twice(low)))
	b.WriteString(constant("high", "and by high nibble.", twice(high)))
	b.WriteString(constant("nibble", "The low nibble.", octets(0x0F)))
	b.WriteString(constant("least", "0x80 less the least class of a control.", octets(0x80-least)))
	b.WriteString(constant("colon", "Of a line, the octet behind the name,", octets(':')))
	b.WriteString(constant("cr", "and those of its end.", octets('\r')))
	b.WriteString(constant("lf", "LF.", octets('\n')))
	b.WriteString(pieceText)
	return []byte(b.String()), nil
}
