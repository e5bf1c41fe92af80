package asm

// The request line in the AVX2 kernel.

// methodEnd256 finds the end of a method of up to 15 octets.
const methodEnd256 = `	VMOVDQU (R12), X1
	VPCMPEQB space<>(SB), X1, X1
	VPMOVMSKB X1, DX
	TZCNTL DX, DX
	JCS  bad
	MOVW DX, (R9)
`

// method256 looks at a method that is not registered, or too long to be found: are there tchars only?
const method256 = `	TESTL CX, CX
	JZ   method
checked:
`

// target256 checks 32 octets at a time, in a window that touches no page without
// input; the head's end is SI. There is no DEL in the head.
const target256 = `target:
	MOVQ R11, AX
	XORL DX, DX                  // lanes before R11
	LEAQ 31(R11), R15
	XORQ R11, R15
	TESTQ $4096, R15
	JNZ  targetEdge
targetWindow:
	VMOVDQU (AX), Y1
	VPCMPGTB space<>(SB), Y1, Y2 // signed: ASCII, and visible
	VPCMPEQB fragment<>(SB), Y1, Y1
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
method:
` + tchars256 + `	VMOVDQU (R12), X0
` + nameEnd256 + `	TZCNTL DX, DX
	JZ   bad
	CMPW DX, (R9)
	JNE  bad
	JMP  checked
`
