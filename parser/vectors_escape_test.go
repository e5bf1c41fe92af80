package parser_test

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// escapes are the escapes of one letter.
var escapes = map[byte]byte{'r': '\r', 'n': '\n', 't': '\t', 's': ' ', '\\': '\\'}

// unescape returns the octets that text stands for, and calls mark for each mark
// in it with the number of octets before it. Without mark, marks are errors.
func unescape(text string, mark func(mark byte, at int)) ([]byte, error) {
	var b []byte
	for i := 0; i < len(text); {
		if text[i] != '\\' {
			b = append(b, text[i])
			i++
			continue
		}
		rest := text[i+1:]
		switch {
		case rest == "":
			return nil, fmt.Errorf("a backslash at the end")
		case rest[0] == 'x' && len(rest) >= 3:
			octet, err := strconv.ParseUint(rest[1:3], 16, 8)
			if err != nil {
				return nil, err
			}
			b = append(b, byte(octet))
			i += 4
		case rest[0] == '{':
			times, inner, length, err := repetition(rest)
			if err != nil {
				return nil, err
			}
			octets, err := unescape(inner, nil)
			if err != nil {
				return nil, err
			}
			b = append(b, bytes.Repeat(octets, times)...)
			i += 1 + length
		case mark != nil && (rest[0] == '!' || rest[0] == '|'):
			mark(rest[0], len(b))
			i += 2
		default:
			c, ok := escapes[rest[0]]
			if !ok {
				return nil, fmt.Errorf(`escape \%c`, rest[0])
			}
			b = append(b, c)
			i += 2
		}
	}
	return b, nil
}

// repetition takes {N*text} apart and says how long it was.
func repetition(text string) (times int, inner string, length int, err error) {
	end := strings.IndexByte(text, '}')
	star := strings.IndexByte(text, '*')
	if star < 0 || end < star {
		return 0, "", 0, fmt.Errorf("repetition in %q", text)
	}
	times, err = strconv.Atoi(text[1:star])
	return times, text[star+1 : end], end + 1, err
}

// manyEqual is how many equal octets in a row are shown as a repetition.
const manyEqual = 40

// escape shows octets, so that each is visible and a diff stays readable.
func escape(octets []byte) string {
	var s strings.Builder
	for i := 0; i < len(octets); {
		c := octets[i]
		run := len(octets[i:]) - len(bytes.TrimLeft(octets[i:], string(rune(c))))
		if c < 0x80 && run > manyEqual {
			fmt.Fprintf(&s, `\{%d*%c}`, run, c)
			i += run
			continue
		}
		switch {
		case c == '\r':
			s.WriteString(`\r`)
		case c == '\n':
			s.WriteString(`\n`)
		case c == '\t':
			s.WriteString(`\t`)
		case c == '\\':
			s.WriteString(`\\`)
		case c < ' ' || c >= 0x7F:
			fmt.Fprintf(&s, `\x%02X`, c)
		default:
			s.WriteByte(c)
		}
		i++
	}
	return s.String()
}
