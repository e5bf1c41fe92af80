//go:build amd64 && !purego

package parser

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// bestKernel is the best one that this CPU has.
func bestKernel() kernel {
	x := &cpu.X86
	switch avx2 := x.HasAVX2 && x.HasBMI1 && x.HasBMI2 && x.HasPOPCNT; {
	case avx2 && x.HasAVX512F && x.HasAVX512BW && x.HasAVX512VL && x.HasAVX512VBMI && x.HasAVX512VBMI2:
		return kernelAVX512
	case avx2:
		return kernelAVX2
	}
	return kernelWords
}

// headKernel is the kernel in use; it jumps to one of those below. p points to n
// octets, at least one. In modeRequest f is the Fields of a RequestHead, whose
// other fields the kernel fills in too. mode is one of those in kernel.go, and the result is
// explained in zhead_avx512_amd64.s.
//
//go:noescape
func headKernel(p *byte, n int, f *FieldSection, mode int) int

// again runs the kernel that is sure of more, for a section that the first one
// was not sure of.
func (f *FieldSection) again(b []byte, mode int) int {
	if active == kernelAVX512 {
		return headAVX512Any(unsafe.SliceData(b), len(b), f, mode)
	}
	return -1
}

//lint:ignore U1000 headKernel jumps to it
//go:noescape
func headAVX512(p *byte, n int, f *FieldSection, mode int) int

//go:noescape
func headAVX512Any(p *byte, n int, f *FieldSection, mode int) int

//lint:ignore U1000 headKernel jumps to it
//go:noescape
func headAVX2(p *byte, n int, f *FieldSection, mode int) int

// goodPiece reads on from stateLines, through the n octets at p. It reports whether they are less than minLong more, and less
// than f.most, and whether they go on as field lines do, no more than f.lim; if not, it has changed nothing. In other
// states it is false; in stateLines it needs AVX2.
//
//go:noescape
func goodPiece(p *byte, n int, f *FieldSection) bool
