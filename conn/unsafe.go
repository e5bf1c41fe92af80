package conn

import "unsafe"

// octets returns the octets of s without copying. They must only be read.
func octets(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// borrowed returns p as a string without copying. It must not be kept.
func borrowed(p []byte) string { return unsafe.String(unsafe.SliceData(p), len(p)) }

// offsetIn returns where part, a non-empty slice of b, starts in b.
func offsetIn(b, part []byte) int {
	return int(uintptr(unsafe.Pointer(unsafe.SliceData(part))) - uintptr(unsafe.Pointer(unsafe.SliceData(b))))
}
