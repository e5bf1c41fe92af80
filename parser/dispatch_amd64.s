//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// func headKernel(p *byte, n int, f *FieldSection, mode int) int
TEXT ·headKernel(SB), NOSPLIT|NOFRAME, $0-40
	CMPB ·active(SB), $const_kernelAVX512
	JNE  avx2
	JMP  ·headAVX512(SB)

avx2:
	JMP ·headAVX2(SB)
