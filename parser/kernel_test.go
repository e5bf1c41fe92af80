package parser

import (
	"bytes"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/testdata/corpora"
)

// with makes k the kernel in use for the rest of the test, AVX-512's at every length.
func with(t testing.TB, k kernel) {
	before, from := active, wideFrom
	active, wideFrom = k, k.wideFrom()
	if k == kernelAVX512 {
		wideFrom = 0
	}
	t.Cleanup(func() { active, wideFrom = before, from })
}

// eachKernel runs f for every kernel that this CPU has.
func eachKernel(t *testing.T, f func(t *testing.T, k kernel)) {
	for k := kernelTable + 1; k <= bestKernel(); k++ {
		t.Run(kernelNames[k], func(t *testing.T) {
			with(t, k)
			f(t, k)
		})
	}
}

// TestKernelRequired fails when the kernel that H1WIRE_REQUIRE_KERNEL names is
// not the one in use. Continuous integration sets it where the machine has that
// kernel, so that no test passes because nothing ran.
func TestKernelRequired(t *testing.T) {
	if name := os.Getenv("H1WIRE_REQUIRE_KERNEL"); name != "" {
		require.Equal(t, name, kernelNames[active])
	}
	t.Logf("kernel %s, the best is %s", kernelNames[active], kernelNames[bestKernel()])
}

// TestKernelAccepts: a kernel reads every message of the corpora to the end,
// lines and names included. So the comparisons below compare something.
func TestKernelAccepts(t *testing.T) {
	eachKernel(t, func(t *testing.T, k kernel) {
		if k == kernelWords {
			t.Skip("is no whole-head kernel: see TestWordsAccept")
		}
		for mode, names := range [][]string{modeRequest: corpora.Requests(), modeResponse: corpora.Responses()} {
			for _, name := range names {
				for i, m := range corpora.Load(name) {
					var f FieldSection
					if mode == modeRequest {
						var h RequestHead
						require.Equal(t, len(m), headKernel(unsafe.SliceData(m), len(m), &h.Fields, mode), "%s %d", name, i)
						continue
					}
					require.Equal(t, len(m), headKernel(unsafe.SliceData(m), len(m), &f, mode), "%s %d", name, i)
				}
			}
		}
	})
}

// TestKernelOctets puts every octet at every place of a head, so into every lane
// of a block, with the empty line in every lane too.
func TestKernelOctets(t *testing.T) {
	eachKernel(t, func(t *testing.T, k kernel) {
		var c comparison
		for shift := range 66 {
			for kind, s := range map[string]string{
				"request":  "GET /" + strings.Repeat("a", shift) + " HTTP/1.1\r\nHost: example\r\nX-Y: a b\r\nConnection: close\r\n\r\n",
				"response": "HTTP/1.1 200 " + strings.Repeat("a", shift) + "\r\nServer: example\r\nX-Y: a b\r\nTE: x\r\n\r\n",
				"trailer":  "A: " + strings.Repeat("a", 1+shift) + "\r\nDate: example\r\nX-Y: a b\r\n\r\n",
			} {
				b := []byte(s)
				step := 1
				if shift%8 != 0 {
					step = 7 // every lane is there already; go on with fewer octets
				}
				for i := range b {
					was := b[i]
					for o := (i * shift) % step; o < 256; o += step {
						b[i] = byte(o)
						c.compare(t, kind, b, nil, 0)
					}
					b[i] = was
				}
			}
		}
	})
}

// TestKernelNames has every known field name, and all that one octet or a length
// makes of it, so that a kernel takes none for a known one that is not.
func TestKernelNames(t *testing.T) {
	eachKernel(t, func(t *testing.T, k kernel) {
		var c comparison
		try := func(kind, name string) {
			start := map[string]string{"request": "GET / HTTP/1.1\r\n", "response": "HTTP/1.1 200 OK\r\n"}[kind]
			c.compare(t, kind, []byte(start+name+": x\r\n\r\n"), nil, 0)
			c.compare(t, kind, []byte(start+"A: b\r\n"+name+": x\r\nHost: c\r\n\r\n"), nil, 0)
		}
		for _, name := range append(fieldNames[1:], "X-XSS-Protection", "Content-Location", "Accept-Encoding") {
			for _, kind := range kinds[:2] {
				try(kind, strings.ToLower(name))
				try(kind, strings.ToUpper(name))
				for i := range name {
					try(kind, name[i:])
					try(kind, name[:i]+name[i+1:])
					for o := range 256 {
						try(kind, name[:i]+string([]byte{byte(o)})+name[i+1:])
						try(kind, name[:i]+string([]byte{byte(o)})+name[i:])
					}
				}
				for _, before := range []string{"*", "-*", "+\r*", "-"} {
					for n := range 100 {
						try(kind, strings.Repeat("a", n)+before+name)
					}
				}
			}
		}
	})
}

// TestKernelMethods has every registered method, and all that one octet more or
// less makes of it.
func TestKernelMethods(t *testing.T) {
	eachKernel(t, func(t *testing.T, k kernel) {
		var c comparison
		for m := MethodOther + 1; m.String() != ""; m++ {
			name := m.String()
			for i := range len(name) + 1 {
				for _, method := range []string{name[:i], name[i:], name[:i] + "X" + name[i:], name + name[:i], name[:i] + "\x00" + name[i:]} {
					c.compare(t, "request", []byte(method+" / HTTP/1.1\r\nHost: a\r\n\r\n"), nil, 0)
					c.compare(t, "request", []byte(method+" /index HTTP/1.1\r\nHost: a\r\n\r\n"), nil, 0)
				}
			}
			for n := range 300 {
				c.compare(t, "request", []byte(name+strings.Repeat("X", n)+" / HTTP/1.1\r\nHost: a\r\n\r\n"), nil, 0)
			}
		}
	})
}

// TestKernelLengths has names, values and targets of every length up to 300, and
// every prefix of some.
func TestKernelLengths(t *testing.T) {
	eachKernel(t, func(t *testing.T, k kernel) {
		var c comparison
		for n := range 301 {
			a := strings.Repeat("a", n)
			for _, s := range []string{
				"GET /" + a + " HTTP/1.1\r\nHost: h\r\n\r\n", a + " / HTTP/1.0\r\nHost: h\r\n\r\n",
				"GET / HTTP/1.1\r\nHost: h\r\n" + a + ": b\r\nTE: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nA: " + a + "\r\nTE: x\r\n\r\n",
				"GET / HTTP/1.1\r\nHost: h\r\nA:" + strings.Repeat(" ", n) + "b" + strings.Repeat("\t", n) + "\r\n\r\n",
				"GET / HTTP/1.1\r\n" + strings.Repeat("a:b\r\n", n) + "\r\n",
				"GET / HTTP/1.1\r\n" + strings.Repeat("Host: "+a[:n/50]+"\r\n", n) + "\r\n",
			} {
				c.compare(t, "request", []byte(s), nil, n)
				c.compare(t, "request", []byte(s+"rest\x7f"), nil, n)
			}
			for _, s := range []string{"HTTP/1.1 200 " + a + "\r\nA: b\r\n\r\n", "HTTP/1.1 200 OK\r\n" + a + ": " + a + "\r\n\r\n"} {
				c.compare(t, "response", []byte(s), nil, n)
			}
			for _, s := range []string{a + ": b\r\n\r\n", strings.Repeat("a: b\r\n", n) + "\r\n", "a: " + a + "\r\n\r\n"} {
				c.compare(t, "trailer", []byte(s), nil, n)
			}
		}
	})
}

// TestKernelLimits goes to the limits on field lines and octets, and one beyond.
func TestKernelLimits(t *testing.T) {
	eachKernel(t, func(t *testing.T, k kernel) {
		var c comparison
		for _, lines := range []int{0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 55, 56, 57, 63, 64, 65, 66, 126, 127, 128, 129, 130, 200, 300} {
			for _, line := range []string{"a:\r\n", "ab: c\r\n", "Content-Length: 1\r\n", "abc: " + strings.Repeat("d", 60) + "\r\n"} {
				for _, limit := range []int{0, lines - 1, lines, lines + 1} {
					o := &Options{MaxFields: max(limit, 0)}
					c.compare(t, "request", []byte("GET / HTTP/1.1\r\n"+strings.Repeat(line, lines)+"\r\n"), o, 100)
					c.compare(t, "response", []byte("HTTP/1.1 200 OK\r\n"+strings.Repeat(line, lines)+"\r\n"), o, 500)
					c.compare(t, "trailer", []byte(strings.Repeat(line, lines)+"\r\n"), o, 200)
				}
			}
		}
		for _, size := range []int{64, 100, 128, 1000, 4096, 1<<16 - 64, 1<<16 - 1, 1 << 16, 1<<16 + 1, 1<<16 + 64, 1 << 17} {
			for _, limit := range []int{size - 1, size, size + 1, 1 << 16, 1 << 20} {
				o := &Options{MaxHeadSize: limit, MaxTrailerSize: limit}
				head := "GET / HTTP/1.1\r\nA: \r\nTE: x\r\n\r\n"
				at := strings.Index(head, "A: ") + 3
				c.compare(t, "request", []byte(head[:at]+strings.Repeat("b", size-len(head))+head[at:]), o, size-10)
				trailer := "A: b\r\n\r\n"
				c.compare(t, "trailer", []byte(trailer[:3]+strings.Repeat("b", size-len(trailer))+trailer[3:]), o, size-1)
			}
		}
	})
}

// TestKernelPrefixes reads every prefix of messages, against a page that must
// not be touched.
func TestKernelPrefixes(t *testing.T) {
	messages := 5
	if long() > 0 {
		messages = 1 << 30
	}
	eachKernel(t, func(t *testing.T, k kernel) {
		var c comparison
		g := newGuard(t, 8)
		for kind, names := range map[string][]string{"request": corpora.Requests(), "response": corpora.Responses()} {
			for _, name := range names {
				for i, m := range corpora.Load(name) {
					if i == messages {
						break
					}
					for n := range len(m) + 1 {
						c.compare(t, kind, g.end(m[:n]), nil, n*(i%7)/7)
					}
				}
			}
		}
	})
}

// long is how many mutations make a long test, from H1WIRE_MUTATIONS; 0 when this
// is not one.
func long() int {
	n, _ := strconv.Atoi(os.Getenv("H1WIRE_MUTATIONS"))
	return n
}

// TestKernelMutations changes messages at random, and puts them against a page
// that must not be touched, at either end.
func TestKernelMutations(t *testing.T) {
	rounds := 60_000
	if testing.Short() {
		rounds = 10_000
	}
	eachKernel(t, func(t *testing.T, k kernel) {
		messages := map[string][][]byte{}
		for kind, names := range map[string][]string{"request": corpora.Requests(), "response": corpora.Responses()} {
			for _, name := range names {
				messages[kind] = append(messages[kind], corpora.Load(name)...)
			}
		}
		for _, m := range slices.Concat(messages["request"][:500], messages["response"][:100]) {
			messages["trailer"] = append(messages["trailer"], m[bytes.IndexByte(m, '\n')+1:])
		}
		for i := range 300 {
			messages["request"] = append(messages["request"], dense(rand.New(rand.NewPCG(uint64(i), 5))))
		}
		var c comparison
		g := newGuard(t, 16)
		r := rand.New(rand.NewPCG(7, uint64(long())))
		total := max(rounds, long())
		for range total {
			kind := kinds[r.IntN(len(kinds))]
			b := mutate(r, messages[kind][r.IntN(len(messages[kind]))])
			if len(b) > g.size() {
				continue
			}
			if r.IntN(2) == 0 {
				b = g.end(b)
			} else {
				b = g.start(b)
			}
			c.compare(t, kind, b, nil, r.IntN(1+len(b)))
		}
		t.Logf("%d inputs, %d of them good", total, c.whole)
		require.Greater(t, c.whole, total/20, "the mutations spoil nearly all")
		require.Less(t, c.whole, total*19/20, "the mutations spoil nearly none")
	})
}

// FuzzKernel compares the kernels with the table.
func FuzzKernel(f *testing.F) {
	for i, s := range seeds("request", "response", "trailer") {
		f.Add([]byte(s), uint16(i))
	}
	for _, name := range []string{"tiny", "classic", "response"} {
		f.Add(corpora.Load(name)[0], uint16(100))
	}
	f.Fuzz(func(t *testing.T, octets []byte, cut uint16) {
		for k := kernelTable + 1; k <= bestKernel(); k++ {
			with(t, k)
			var c comparison
			for _, kind := range kinds {
				c.compare(t, kind, octets, nil, int(cut))
			}
		}
	})
}

// TestKernelSlack lets the tape fill up with as much as blocks have: what lies behind it stays as it is.
func TestKernelSlack(t *testing.T) {
	eachKernel(t, func(t *testing.T, k kernel) {
		if k == kernelWords {
			return // is Go, which checks its bounds
		}
		var f, mark FieldSection
		for i := range mark.trim {
			mark.trim[i].off, mark.trim[i].len = 0xA5A5, 0x5A5A
		}
		for _, dense := range []string{"\r", ":", ":\r", "a:\r\n", "a\r:b"} {
			for pad := range 64 {
				for lines := range 140 {
					b := []byte("GET /" + strings.Repeat("a", pad) + " HTTP/1.1\r\n" + strings.Repeat("a:\r\n", lines) + strings.Repeat(dense, 600/len(dense)))
					for mode, skip := range map[int]int{modeRequest: 0, modeLines: len(b) - 600 - 4*lines} {
						f.at, f.fill, f.carryC, f.carryN, f.carryS, f.trim = 0, 2, 1, 0, 1, mark.trim
						headKernel(unsafe.SliceData(b[skip:]), len(b)-skip, &f, mode)
						if f.trim != mark.trim {
							t.Fatalf("%d lines behind %d octets, then %q", lines, pad, dense)
						}
					}
				}
			}
		}
	})
}
