// Package runner is the side of a measurement that parses: it takes orders from
// its standard input and answers on its standard output, a line each. The native
// runners, in native/, do the same in their languages.
//
//	order   KIND FILE MILLISECONDS
//	answer  nanoseconds per message, or "! why not"
//
// KIND is request, response or chunked. FILE holds messages, each behind its
// length (32 bits, little-endian). Parsing goes on for about the time asked for,
// over whole passes through the file.
package runner

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"time"
)

// Parse parses one message from the start to the end. It refuses what it does
// not read whole.
type Parse func(message []byte) error

// Serve answers orders until there are no more. parsers are by KIND.
func Serve(in io.Reader, out io.Writer, parsers map[string]Parse) error {
	files := map[string][][]byte{}
	orders := bufio.NewScanner(in)
	for orders.Scan() {
		var kind, file string
		var ms int
		if _, err := fmt.Sscan(orders.Text(), &kind, &file, &ms); err != nil {
			return fmt.Errorf("order %q: %w", orders.Text(), err)
		}
		if files[file] == nil {
			b, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			files[file] = Messages(b)
		}
		answer := "! does not read these"
		if parse := parsers[kind]; parse != nil {
			ns, err := measure(files[file], parse, time.Duration(ms)*time.Millisecond)
			if answer = fmt.Sprintf("%.3f", ns); err != nil {
				answer = "! " + err.Error()
			}
		}
		if _, err := fmt.Fprintln(out, answer); err != nil {
			return err
		}
	}
	return orders.Err()
}

// Messages splits what a corpus file holds. The messages alias b.
func Messages(b []byte) (messages [][]byte) {
	for len(b) >= 4 {
		n := binary.LittleEndian.Uint32(b)
		messages = append(messages, b[4:4+n:4+n])
		b = b[4+n:]
	}
	return messages
}

// File is what Messages splits.
func File(messages [][]byte) (b []byte) {
	for _, m := range messages {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(m)))
		b = append(b, m...)
	}
	return b
}

// measure goes through messages until about that much time is over, and returns
// nanoseconds per message.
func measure(messages [][]byte, parse Parse, limit time.Duration) (float64, error) {
	for start, i := time.Now(), 0; i < len(messages) || time.Since(start) < limit/4; i++ { // to warm up
		if err := parse(messages[i%len(messages)]); err != nil {
			return 0, err
		}
	}
	for passes := 1; ; {
		start := time.Now()
		for range passes {
			for _, m := range messages {
				_ = parse(m) // has been tried above
			}
		}
		took := time.Since(start)
		if took >= limit {
			return float64(took.Nanoseconds()) / float64(passes*len(messages)), nil
		}
		passes += 1 + int(float64(passes)*min(100, 1.1*float64(limit)/float64(took+1)))
	}
}
