package main

import (
	"errors"
	"math"
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
	unit, set, ok := strings.Cut(value, "=")
	if !ok || !strings.EqualFold(unit, "bytes") || size == 0 {
		return byteRange{}, errIgnored
	}
	from, to, ok := strings.Cut(set, "-")
	first, last := position(from), position(to)
	switch {
	case !ok, from == "" && last < 0, from != "" && first < 0:
		return byteRange{}, errIgnored // several ranges too: a comma is no digit
	case from == "" && last == 0:
		return byteRange{}, errUnsatisfiable
	case from == "": // the last so many octets
		length := min(last, size)
		return byteRange{size - length, length}, nil
	case to == "":
		last = size - 1
	case last < first:
		return byteRange{}, errIgnored
	}
	if first >= size {
		return byteRange{}, errUnsatisfiable
	}
	return byteRange{first, min(last, size-1) - first + 1}, nil
}

// position reads digits, -1 if there is anything else. What no file can have is
// the largest there is: a range may end behind the file.
func position(digits string) int64 {
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return -1
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return math.MaxInt64
	}
	return n
}
