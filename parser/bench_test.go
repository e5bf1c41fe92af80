package parser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/h1wire/h1wire/testdata/corpora"
)

// The benchmarks print ns per message (ns/op) and octets per second (MB/s) for
// each corpus; a corpus of many messages is gone through in turns, so that no
// branch predictor learns one of them by heart.

func BenchmarkRequest(b *testing.B) {
	for _, name := range corpora.Requests() {
		b.Run(name, func(b *testing.B) {
			var h RequestHead
			benchmark(b, corpora.Load(name), func(m []byte) (int, error) { return h.Parse(m, nil) })
		})
	}
}

// BenchmarkRequestAll does what a server has to: the head, and all that it says
// about framing, routing and the connection.
func BenchmarkRequestAll(b *testing.B) {
	for _, name := range []string{"tiny", "classic", "corpus"} {
		b.Run(name, func(b *testing.B) {
			var h RequestHead
			benchmark(b, corpora.Load(name), func(m []byte) (int, error) {
				n, err := h.Parse(m, nil)
				if err != nil {
					return n, err
				}
				if _, err := h.Authority(m); err != nil {
					return n, err
				}
				if _, err := h.Framing(m); err != nil {
					return n, err
				}
				h.KeepAlive(m)
				h.Expectation(m)
				return n, nil
			})
		})
	}
}

func BenchmarkResponse(b *testing.B) {
	for _, name := range corpora.Responses() {
		b.Run(name, func(b *testing.B) {
			var h ResponseHead
			benchmark(b, corpora.Load(name), func(m []byte) (int, error) { return h.Parse(m, nil) })
		})
	}
}

func BenchmarkChunked(b *testing.B) {
	for _, name := range corpora.Chunked() {
		b.Run(name, func(b *testing.B) {
			var c ChunkedBody
			var trailer FieldSection
			benchmark(b, corpora.Load(name), func(m []byte) (int, error) {
				c.Reset()
				at := 0
				for !c.Done() {
					_, n, err := c.Next(m[at:], nil)
					if err != nil {
						return 0, err
					}
					at += n
				}
				return trailer.Parse(m[at:], nil)
			})
		})
	}
}

// BenchmarkInPieces reads heads of lines of some length as they arrive: whole, and
// in 100 pieces.
func BenchmarkInPieces(b *testing.B) {
	for _, c := range []struct{ lines, octets int }{{27, 60}, {128, 60}, {128, 460}} {
		line := "X-Field: " + strings.Repeat("v", c.octets-len("X-Field: \r\n")) + "\r\n"
		head := "GET / HTTP/1.1\r\nHost: a.example\r\n" + strings.Repeat(line, c.lines-1) + "\r\n"
		for _, pieces := range []int{1, 100} {
			b.Run(fmt.Sprintf("%dB/%d", len(head), pieces), func(b *testing.B) {
				var h RequestHead
				var ends []int
				for i := range pieces {
					ends = append(ends, len(head)*(i+1)/pieces)
				}
				benchmark(b, [][]byte{[]byte(head)}, func(m []byte) (n int, err error) {
					for _, end := range ends {
						n, err = h.Parse(m[:end], nil)
					}
					return n, err
				})
			})
		}
	}
}

func benchmark(b *testing.B, messages [][]byte, parse func([]byte) (int, error)) {
	octets := 0
	for _, m := range messages {
		octets += len(m)
	}
	b.SetBytes(int64(octets / len(messages)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if n, err := parse(messages[i]); n == 0 || err != nil {
			b.Fatal(n, err)
		}
		if i++; i == len(messages) {
			i = 0
		}
	}
}
