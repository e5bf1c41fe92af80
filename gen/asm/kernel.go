package asm

// head is the whole-head kernel: request heads, response heads (which skip
// opTarget) and trailer sections (which skip opLines and opNames as well).
var head = []op{
	opEnter,
	opLoop, opClassify, opCarry, opLeave, opAppend, opNext,
	opTail, opMore, opSkip,
	opExit, opTarget, opLines, opNames, opReturn,
}

// AVX512 emits parser/zhead_avx512_amd64.s.
func AVX512() ([]byte, error) {
	c, n, err := load()
	if err != nil {
		return nil, err
	}
	return emit(avx512{c, n}, []kernel{
		{"headAVX512", "takes ASCII, and some octets above; it is not sure of the others.", false, head},
		{"headAVX512Any", "takes any octet.", true, head},
	})
}

// AVX2 emits parser/zhead_avx2_amd64.s.
func AVX2() ([]byte, error) {
	c, n, err := load()
	if err != nil {
		return nil, err
	}
	return emit(avx2{c, n}, []kernel{
		{"headAVX2", "takes any octet but HTAB, which it is not sure of.", true, head},
	})
}

func load() (*classes, *names, error) {
	c, err := loadClasses()
	if err != nil {
		return nil, nil, err
	}
	n, err := loadNames()
	return c, n, err
}
