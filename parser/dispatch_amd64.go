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
	return kernelTable
}

// blocks runs the kernel on b from where f stands and returns what the
// kernels return.
func (f *FieldSection) blocks(b []byte, mode int) int {
	p, n := unsafe.SliceData(b), len(b)
	if active != kernelAVX512 {
		return headAVX2(p, n, f, mode)
	}
	if r := headAVX512(p, n, f, mode); r != -1 {
		return r
	}
	return headAVX512Any(p, n, f, mode)
}

//go:noescape
func headAVX512(p *byte, n int, f *FieldSection, mode int) int

//go:noescape
func headAVX512Any(p *byte, n int, f *FieldSection, mode int) int

//go:noescape
func headAVX2(p *byte, n int, f *FieldSection, mode int) int
