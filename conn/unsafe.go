package conn

import "unsafe"

// octets returns the octets of s without copying. They must only be read.
func octets(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// offsetIn returns where part, a non-empty slice of b, starts in b.
func offsetIn(b, part []byte) int {
	return int(uintptr(unsafe.Pointer(unsafe.SliceData(part))) - uintptr(unsafe.Pointer(unsafe.SliceData(b))))
}
