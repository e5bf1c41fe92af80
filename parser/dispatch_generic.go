//go:build !amd64 || purego

package parser

// bestKernel is the best one that this CPU has.
func bestKernel() kernel { return kernelWords }

func headKernel(*byte, int, *FieldSection, int) int { return -1 }

func (f *FieldSection) again([]byte, int) int { return -1 }

func goodPiece(*byte, int, *FieldSection) bool { return false }
