package main

import (
	"bytes"
	"fmt"
	"strings"
)

// visible shows octets, one character for each, so that none can act on a terminal.
func visible(octets string) string {
	var b strings.Builder
	for _, c := range octets {
		b.WriteString(show(byte(c)))
	}
	return b.String()
}

func show(c byte) string {
	switch {
	case c == '\r':
		return `\r`
	case c == '\n':
		return `\n`
	case c == '\t':
		return `\t`
	case c == '\\':
		return `\\`
	case c < ' ' || c >= 0x7F:
		return fmt.Sprintf(`\x%02X`, c)
	}
	return string(rune(c))
}

// shownData is how many octets of a piece of body data are shown.
const shownData = 60

func beginning(data []byte) string {
	if len(data) <= shownData {
		return visible(latin1(data))
	}
	return visible(latin1(data[:shownData])) + "…"
}

// shownAround is how many octets of a line are shown on each side of the one at fault.
const shownAround = 50

// caret shows the line of an octet, and points to it. The offset may be that of
// the end, when something is missing there.
func caret(octets []byte, offset int) string {
	start := bytes.LastIndexByte(octets[:offset], '\n') + 1
	end := len(octets)
	if i := bytes.IndexByte(octets[offset:], '\n'); i >= 0 {
		end = offset + i + 1
	}
	before, behind := "", ""
	if offset-start > shownAround {
		start, before = offset-shownAround, "…"
	}
	if end-offset > shownAround {
		end, behind = offset+shownAround, "…"
	}
	const indent = "    "
	head := before + visible(latin1(octets[start:offset]))
	return indent + head + visible(latin1(octets[offset:end])) + behind + "\n" +
		indent + strings.Repeat(" ", len([]rune(head))) + "^\n"
}
