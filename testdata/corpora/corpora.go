// Package corpora holds the messages that benchmarks and tests read. They are
// made by tools/h1corpus.
package corpora

import (
	"embed"
	"encoding/binary"
)

//go:embed messages
var files embed.FS

// Requests returns the names of the corpora of request heads. "corpus" (any
// kind) and "corpsmall" (below 350 octets) hold 2000 different ones each, the
// others a single one: judge a parser by the first two.
func Requests() []string {
	return []string{"tiny", "short", "classic", "chrome1k8", "short64", "cookie8k", "corpus", "corpsmall"}
}

// Responses returns the names of the corpora of response heads: one of 1.1 KB
// with 21 field lines, and 500 different ones.
func Responses() []string { return []string{"response", "responses"} }

// Chunked returns the names of the corpora of chunked bodies, up to and
// including the empty line behind the trailer section. Each is one body of
// 64 KiB, in chunks of the size that the name says.
func Chunked() []string { return []string{"chunked8to16", "chunked1k", "chunked16k"} }

// Load returns the messages of a corpus, in memory of their own. It panics when
// there is no corpus of that name.
func Load(name string) [][]byte {
	b, err := files.ReadFile("messages/" + name)
	if err != nil {
		panic(err)
	}
	var messages [][]byte
	for len(b) > 0 {
		n := binary.LittleEndian.Uint32(b)
		messages = append(messages, b[4:4+n:4+n])
		b = b[4+n:]
	}
	return messages
}
