package main

import (
	"errors"
	"strconv"
	"strings"
)

// byteRange is a part of a file.
type byteRange struct{ start, length int64 }

var (
	errUnsatisfiable = errors.New("range not satisfiable")
	errIgnored       = errors.New("range ignored") // RFC 9110 §14.2: it may be
)

// parseRange reads a Range field value with one range (RFC 9110 §14.1.2).
func parseRange(value string, size int64) (byteRange, error) {
	set, ok := strings.CutPrefix(value, "bytes=")
	if !ok || strings.Contains(set, ",") {
		return byteRange{}, errIgnored
	}
	first, last, ok := strings.Cut(strings.TrimSpace(set), "-")
	if !ok {
		return byteRange{}, errIgnored
	}
	if first == "" { // the last so many octets
		n, err := strconv.ParseUint(last, 10, 63)
		switch {
		case err != nil:
			return byteRange{}, errIgnored
		case n == 0 || size == 0:
			return byteRange{}, errUnsatisfiable
		}
		length := min(int64(n), size)
		return byteRange{size - length, length}, nil
	}
	start, err := strconv.ParseUint(first, 10, 63)
	if err != nil {
		return byteRange{}, errIgnored
	}
	end := uint64(size) - 1
	if last != "" {
		given, err := strconv.ParseUint(last, 10, 63)
		if err != nil || given < start {
			return byteRange{}, errIgnored
		}
		end = min(end, given)
	}
	if start >= uint64(size) {
		return byteRange{}, errUnsatisfiable
	}
	return byteRange{int64(start), int64(end - start + 1)}, nil
}
