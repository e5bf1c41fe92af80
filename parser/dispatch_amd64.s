//go:build !purego

#include "textflag.h"

// func headKernel(p *byte, n int, f *FieldSection, mode int) int
TEXT ·headKernel(SB), NOSPLIT|NOFRAME, $0-40
	MOVQ n+8(FP), AX
	CMPQ AX, ·wideFrom(SB)
	JLT  avx2
	JMP  ·headAVX512(SB)

avx2:
	JMP ·headAVX2(SB)
