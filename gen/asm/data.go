package asm

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// constant writes a read-only symbol of b, whose length is a multiple of 8.
func constant(name, comment string, b []byte) string {
	var s strings.Builder
	fmt.Fprintf(&s, "\n// %s\n", comment)
	for i := 0; i < len(b); i += 8 {
		fmt.Fprintf(&s, "DATA %s<>+%d(SB)/8, $%#016x\n", name, i, binary.LittleEndian.Uint64(b[i:]))
	}
	fmt.Fprintf(&s, "GLOBL %s<>(SB), RODATA|NOPTR, $%d\n", name, len(b))
	return s.String()
}

// words is little-endian 64-bit words.
func words(w ...uint64) []byte {
	var b []byte
	for _, x := range w {
		b = binary.LittleEndian.AppendUint64(b, x)
	}
	return b
}

// lanes is the octets 0 to 63.
func lanes() []byte {
	b := make([]byte, 64)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

// twice is a table of 16 octets for both halves of a register.
func twice(b [16]byte) []byte { return append(b[:], b[:]...) }
