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

const namesComment = "Which bits make the hash; the case of Host; at 16, by hash, which lengths known names have; at 272 FieldIDs by octet and length; at 1296, by FieldID, 32 octets: a line's 16 octets before the colon, and which of their bits count; then the start of a Host line."
