//go:build !h1wire_poison

package conn

func poison([]byte) {}
