package main

import (
	"fmt"
	"strings"
)

// bodySize is the length of each decoded chunked body.
const bodySize = 64 << 10

// chunkedBody returns a body in the chunked transfer coding, of chunks of low to
// high octets, any octet among them: a decoder that searches the data for CR LF
// finds some that mean nothing.
func chunkedBody(s *source, low, high int) string {
	var b strings.Builder
	for left := bodySize; left > 0; {
		n := min(s.between(low, high), left)
		fmt.Fprintf(&b, "%x\r\n", n)
		for range n {
			b.WriteByte(byte(s.Uint32()))
		}
		b.WriteString("\r\n")
		left -= n
	}
	b.WriteString("0\r\n\r\n")
	return b.String()
}
