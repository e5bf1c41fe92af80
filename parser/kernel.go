package parser

import (
	"math"
	"os"
)

// kernel is an implementation that reads heads and trailer sections faster than
// the table does. It accepts only what it is sure of.
type kernel uint8

const (
	kernelTable  kernel = iota // none: the scanners emitted from the grammar
	kernelWords                // none, but whole field lines are read a word at a time: words.go
	kernelAVX2                 // zhead_avx2_amd64.s
	kernelAVX512               // zhead_avx512_amd64.s
)

var kernelNames = [...]string{kernelTable: "table", kernelWords: "words", kernelAVX2: "avx2", kernelAVX512: "avx512"}

// active is the kernel in use. The environment variable H1WIRE_KERNEL, read once
// at the start, asks for one by name: table, words, avx2 or avx512. It is for tests and
// measurements; a kernel that the CPU does not have, and any other value, means
// the best there is.
var active = chosen(os.Getenv("H1WIRE_KERNEL"))

// wideFrom is from how many octets on headKernel takes the AVX-512 kernel: one block, if it is in use. With fewer, AVX2's
// is done earlier; where it needs more octets, it leaves the state that the other begins with.
//
//lint:ignore U1000 headKernel uses it
var wideFrom = active.wideFrom()

func (k kernel) wideFrom() int {
	if k == kernelAVX512 {
		return 64
	}
	return math.MaxInt
}

func chosen(name string) kernel {
	best := bestKernel()
	for k := range best {
		if kernelNames[k] == name {
			return k
		}
	}
	return best
}

// What a kernel is to read. Lines are left to settle in the last mode. There, and with
// goingOn, it goes on where it came to before.
const (
	modeRequest = iota
	modeResponse
	modeLines

	goingOn = 4
)

// minLong is how many octets make a kernel worth its call for a head that goes on.
//
//lint:ignore U1000 goodPiece uses it
const minLong = 256

// minTrailers is how many octets make a kernel worth its call for a trailer section.
const minTrailers = 128

// minSection is how many octets make a kernel worth its call for a new section.
const minSection = 16

// maxTape is how far into a section positions on the tape reach.
const maxTape = 1 << 16

// namesUnsure is a bit of repeated, FieldOther's, that says what a kernel means by a negative length:
// set, that all is good, but the names of the field lines are left to identify; clear,
// that the lines are left to settle.
const namesUnsure fieldSet = 1

// identified finds the FieldIDs of the lines on the tape, unless n, what a kernel returned, is positive: then
// it has. It returns the length.
func (f *FieldSection) identified(b []byte, n int) int {
	if n > 0 {
		return n
	}
	lines := f.lines
	f.seen, f.repeated = 0, 0
	for f.lines = 0; f.lines < lines; f.lines++ {
		f.start = int(f.tape[2*f.lines+1]) + 2
		f.ids[f.lines] = f.nameEnd(b, int(f.tape[2*f.lines+2]))
	}
	return -n
}

// settle looks at the first n lines on the tape: it checks what ends a name and a
// line, finds the FieldID, and trims the value. It reports whether all are good; the
// table knows what is wrong with the others.
func (f *FieldSection) settle(b []byte, n int, refused fieldSet) bool {
	for i := range n {
		colon, end := int(f.tape[2*i+2]), int(f.tape[2*i+3])
		if b[colon] != ':' || b[end] != '\r' || b[end+1] != '\n' || refused>>f.nameEnd(b, colon)&1 != 0 {
			return false
		}
		f.fieldEnd(b, end)
	}
	return true
}
