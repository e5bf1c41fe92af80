package asm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// How AVX-512 checks field lines and finds known names: four lines at a time, as many as there are or not. The octets
// around their colons, and around the CR before each of them, become lanes.

// linesHeader512 tells the registers.
const linesHeader512 = `// Field lines are looked at in fours. Where there are fewer, the tape goes on with the first line again, which changes
// nothing. Of a line k, with its colon and the CR before it:
//
//	X3   by k, the last four octets of its name
//	X4   by k, ": ", what follows, and one more octet
//	X5   by k, the octet before that CR, CR, LF, the first octet of its name
//
// A hash of that first octet and the last four finds the one known name that it can be, its candidate.
//
//	R9   the tape              R8   its end              R12  the input
//	BP   the first of the four R13  candidates, the first line in bit 0
//	K6   not to compare, of the first four, what ends the start line
//
`

// lines512 checks the lines and finds candidates.
var lines512 = `lines:
	VPXOR X0, X0, X0
	VMOVDQU X0, FieldSection_odd(DI)
	CMPQ R13, $13                // names are compared from 16 octets before the colon on
	JB   irregular
	CMPQ BX, $1
	JB   none
	JA   several
	MOVQ 1(R12)(R13*1), AX       // one line is nearly always Host
	ORQ  lines<>+224(SB), AX
	SUBQ lines<>+232(SB), AX     // LF, the name, colon, SP, visible octet
	JCS  several
	SHLQ $8, AX
	JNZ  several
	MOVWLZX 6(R9), R11
	MOVL -2(R12)(R11*1), R15
	SUBL $0x0a0d2100, R15        // visible octet, CR, LF
	CMPL R15, $0xdeff
	JA   irregular
	MOVW $0, (FieldSection_first+2*const_FieldHost)(DI)
	MOVB $const_FieldHost, FieldSection_ids(DI)
	MOVQ $(1<<const_FieldHost), FieldSection_seen(DI) // none is repeated
	VZEROUPPER
	RET
none:
	MOVQ BX, FieldSection_seen(DI)
	VZEROUPPER
	RET
several:
	ADDQ $4, R9
	VPBROADCASTD (R9), X1
	VMOVDQU X1, (R8)
	XORL R13, R13
	XORL BP, BP
	MOVL $~1, AX
	KMOVD AX, K6
	VMOVDQU lines<>+0(SB), Y7
	VMOVDQU lines<>+64(SB), Y8
	PCALIGN $32
four:
	MOVWLZX (R9), AX
	MOVWLZX 4(R9), CX
	MOVWLZX 8(R9), DX
	MOVWLZX 12(R9), R10
	MOVWLZX -2(R9), R11
	MOVWLZX 2(R9), R14
	MOVWLZX 6(R9), R15
	MOVWLZX 10(R9), SI
	VMOVQ -4(R12)(AX*1), X1
	VMOVQ -4(R12)(DX*1), X2
	VMOVD -1(R12)(R11*1), X5
	VMOVHPS -4(R12)(CX*1), X1, X1
	VMOVHPS -4(R12)(R10*1), X2, X2
	VPINSRD $1, -1(R12)(R14*1), X5, X5
	VPINSRD $2, -1(R12)(R15*1), X5, X5
	VPINSRD $3, -1(R12)(SI*1), X5, X5
	VSHUFPS $0x88, X2, X1, X3
	VSHUFPS $0xDD, X2, X1, X4
	VPSRLD $24, X5, X6
	VPSUBB lines<>+128(SB), X4, X4
	VPSUBB lines<>+160(SB), X5, X5
	VPCMPUB $6, lines<>+144(SB), X4, K1
	VPCMPUB $6, lines<>+176(SB), X5, K6, K2
	KORTESTW K1, K2
	JNZ  doubtful
	VPTERNLOGD $0xBE, lines<>+192(SB), X6, X3 // (X3 ^ X6) | 0x20
	VPMADDWD lines<>+208(SB), X3, X4
	VPSRLD $` + fmt.Sprint(keyShift) + `, X4, X4    // the hash, and what VPERMI2D does not look at
	VMOVDQA X4, X5
	VPERMI2D lines<>+32(SB), Y7, Y4
	VPCMPEQD X4, X3, K1
	VPERMI2D.Z lines<>+96(SB), Y8, K1, Y5
	KMOVB K1, AX
	VPMOVDB X5, X5
	VMOVD X5, FieldSection_ids(DI)(BP*1)
	SHLXQ BP, AX, AX
	ORQ  AX, R13
	KXNORD K6, K6, K6
	ADDQ $4, BP
	ADDQ $16, R9
	CMPQ R9, R8
	JB   four
	MOVWLZX -2(R8), AX           // the last CR: LF and the empty line follow
	CMPB -1(R12)(AX*1), $0x21
	JB   doubtful
`

// names512 compares the candidates in full, two at a time: the last again where it has no other. Of 16 octets
// before a colon, all but the longest names have a LF among them; of those the octets that are left come after. Host,
// where it is the first line, is settled before, so that two are most often all.
const names512 = `	CMPQ BX, $64
	JA   unsure                  // more lines than candidates have bits
	BZHIQ BX, R13, R13           // no copies
	LEAQ (FieldSection_tape+4)(DI), R9
	LEAQ patterns<>(SB), BP
	VPXOR X5, X5, X5             // what differs in names
	XORL R10, R10                // seen
	TESTQ R13, R13
	JZ   settled
	MOVQ R13, R14
	MOVWLZX (R9), AX
	MOVL -4(R12)(AX*1), DX
	ORL  $0x20202020, DX
	CMPL DX, $0x74736f68         // "host"
	JNE  candidates
	MOVWLZX -2(R9), CX
	SUBL CX, AX
	CMPL AX, $6                  // CR LF and four octets
	JNE  candidates
	MOVL $(1<<const_FieldHost), R10
	MOVW $0, (FieldSection_first+2*const_FieldHost)(DI)
	BLSRQ R13, R14
	CMOVQEQ R13, R14
candidates:
	BLSRQ R14, CX
	CMOVQEQ R14, CX
	TZCNTQ R14, AX
	TZCNTQ CX, R11
	MOVBLZX FieldSection_ids(DI)(AX*1), SI
	MOVBLZX FieldSection_ids(DI)(R11*1), R15
	MOVWLZX (R9)(AX*4), DX       // its colon
	MOVW AX, FieldSection_first(DI)(SI*2)
	BTSL SI, R10
	SHLL $5, SI
	VMOVDQU -16(R12)(DX*1), X1
	MOVWLZX (R9)(R11*4), DX
	MOVW R11, FieldSection_first(DI)(R15*2)
	BTSL R15, R10
	SHLL $5, R15
	VMOVDQU -16(R12)(DX*1), X2
	VPXOR (BP)(SI*1), X1, X1
	VPXOR (BP)(R15*1), X2, X2
	VPTERNLOGQ $0xF8, 16(BP)(SI*1), X1, X5 // X5 | X1 & that: not the case of letters, nor what is before the line
	VPTERNLOGQ $0xF8, 16(BP)(R15*1), X2, X5
	BLSRQ CX, R14
	JNZ  candidates
`

// returns512 ends what the lines did not.
const returns512 = `doubtful:                    // white space, or no field line, or not for this kernel?
	LEAQ (FieldSection_tape+4)(DI), R9
doubt:
	MOVWLZX (R9), DX
	MOVWLZX 2(R9), R10
	CMPB (R12)(DX*1), $0x3a
	JNE  bad
	CMPW (R12)(R10*1), $0x0a0d
	JNE  bad
	ADDQ $4, R9
	CMPQ R9, R8
	JB   doubt
irregular:
	MOVL $0, FieldSection_repeated(DI)
unread:
	NEGQ ret+32(FP)
	VZEROUPPER
	RET
bad:
	MOVQ $-1, ret+32(FP)
	VZEROUPPER
	RET
`

// keyHash is the hash of a key: VPMADDWD by two multipliers, a shift, and the low four bits.
type keyHash struct{ low, high int16 }

const keyShift = 16

func (h keyHash) of(key uint32) int {
	return int(uint32(int32(int16(key))*int32(h.low)+int32(int16(key>>16))*int32(h.high))>>keyShift) & 15
}

// hashKeys finds a perfect one; the same names always give the same one.
func (n *names) hashKeys() error {
	if most := 16; len(n.name)-1 > most {
		return fmt.Errorf("%d field names: the AVX-512 kernel keeps them in one register, which has room for %d", len(n.name)-1, most)
	}
	of := map[uint32]string{}
	for _, name := range n.name[1:] {
		if other, ok := of[nameKey(name)]; ok {
			return fmt.Errorf("%s and %s: first octet and last three are alike, see nameKey", name, other)
		}
		of[nameKey(name)] = name
	}
	h := keyHash{27078, 3170}
next:
	for x := uint32(1); x < 100_000_000; x++ {
		var taken uint32
		for _, name := range n.name[1:] {
			bit := uint32(1) << h.of(nameKey(name))
			if taken&bit != 0 {
				mixed := x * 0x9E3779B1
				mixed ^= mixed >> 15
				mixed *= 0x85EBCA77
				h = keyHash{int16(mixed), int16(mixed >> 16)}
				continue next
			}
			taken |= bit
		}
		n.keys = h
		return nil
	}
	return errors.New("no perfect hash for the field names by their first octet and last three")
}

// nameKey is what a line of that name has in X3: its last four octets, with its first in the lowest, in lower case.
func nameKey(name string) uint32 {
	return (binary.LittleEndian.Uint32([]byte(lineEnding(name, 4))) ^ uint32(name[0])) | 0x20202020
}

const linesComment = "By hash, at 0 the key and at 64 the FieldID of a known name; then, of a good line at its colon and at the CR before it, the least octets and how much more they may be; at 192 lower case, and the multipliers of the hash; at 224 the case of Host, and the start of a Host line."

// linesTable is the constant data of lines512.
func (n *names) linesTable() []byte {
	var key, id [16]uint32
	for i, name := range n.name[1:] {
		at := n.keys.of(nameKey(name))
		key[at], id[at] = nameKey(name), uint32(i+1)
	}
	var b []byte
	for _, table := range [][16]uint32{key, id} {
		for _, x := range table {
			b = binary.LittleEndian.AppendUint32(b, x)
		}
	}
	for _, lane := range []string{
		": !\x00", "\x00\x00\xDE\xFF",
		"!\r\n\x00", "\xDE\x00\x00\xFF",
		"    ", string(binary.LittleEndian.AppendUint32(nil, uint32(uint16(n.keys.low))|uint32(uint16(n.keys.high))<<16)),
	} {
		b = append(b, strings.Repeat(lane, 4)...)
	}
	start := n.hostLine()
	return append(b, words(start[:]...)...)
}
