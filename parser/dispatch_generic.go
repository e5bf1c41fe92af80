//go:build !amd64 || purego

package parser

// bestKernel is the best one that this CPU has.
func bestKernel() kernel { return kernelTable }

func (f *FieldSection) blocks([]byte, int) int { return -1 }
