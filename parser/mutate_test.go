package parser

import (
	"bytes"
	"math/rand/v2"
	"slices"
)

// spice is octets that matter somewhere in a head.
const spice = "\r\n\r\n::  \t\t\x00\x01\x1f\x7f\x80\xff/@[]{}\"(),;<=>?\\aZ09!#$%&'*+-.^_`|~"

// mutate returns a copy of b with up to three changes of the kinds that go wrong
// in practice.
func mutate(r *rand.Rand, b []byte) []byte {
	b = bytes.Clone(b)
	for range r.IntN(4) {
		if len(b) < 2 {
			break
		}
		i := r.IntN(len(b))
		switch r.IntN(8) {
		case 0:
			b[i] = spice[r.IntN(len(spice))]
		case 1:
			b = slices.Delete(b, i, i+1)
		case 2:
			b = slices.Insert(b, i, spice[r.IntN(len(spice))])
		case 3:
			b = b[:i]
		case 4: // around a colon or a line end
			j := bytes.IndexByte(b[i:], ":\r\n"[r.IntN(3)])
			if j < 0 {
				continue
			}
			if j += i + r.IntN(3) - 1; j >= 0 {
				more := []string{" ", "\t", "  ", "\r", "\n", "\r\n", ":", "x"}[r.IntN(8)]
				b = slices.Insert(b, j, []byte(more)...)
			}
		case 5: // a long run
			b = slices.Insert(b, i, bytes.Repeat([]byte{"aX- :/\x80\t"[r.IntN(8)]}, r.IntN(150))...)
		case 6: // the start of what comes next
			b = append(b, "GET / HTTP/1.1\r\nHost: x\r\n\r\n\x00\x01bad:\r\r\n"[r.IntN(30):]...)
		case 7: // another field line, of a known name more often than not
			j := bytes.Index(b[i:], []byte("\r\n"))
			if j < 0 {
				continue
			}
			b = slices.Insert(b, i+j+2, []byte(fieldNames[r.IntN(len(fieldNames))]+": x\r\n")...)
		}
	}
	return b
}

// dense returns a request of many short lines, some with white space where it
// need not be.
func dense(r *rand.Rand) []byte {
	b := []byte("G / HTTP/1.1\r\n")
	for range r.IntN(40) {
		if name := fieldNames[r.IntN(len(fieldNames))]; name != "" && r.IntN(3) == 0 {
			b = append(b, name...)
		} else {
			b = append(b, bytes.Repeat([]byte{'a'}, 1+r.IntN(1+r.IntN(4)*r.IntN(40)))...)
		}
		b = append(b, ':')
		b = append(b, []string{"", " ", " ", " ", "  ", "\t", " \t "}[r.IntN(7)]...)
		b = append(b, bytes.Repeat([]byte{"v:\x80 "[r.IntN(4)]}, r.IntN(1+r.IntN(4)*r.IntN(40)))...)
		b = append(b, []string{"", "", "", " ", "\t "}[r.IntN(5)]...)
		b = append(b, "\r\n"...)
	}
	return append(b, "\r\n"...)
}
