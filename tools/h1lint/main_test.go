package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lint runs the command on a message from standard input.
func lint(message string, args ...string) (code int, stdout, stderr string) {
	var out, err strings.Builder
	code = run(args, strings.NewReader(message), &out, &err)
	return code, out.String(), err.String()
}

func TestMessages(t *testing.T) {
	for _, c := range []struct {
		name, message, args string
		code                int
		want                string
	}{
		{
			"a request without body", "GET /a\\b HTTP/1.1\r\nHost: a\r\nX: \xE9\r\n\r\nGET", "", exitValid,
			`request line  GET /a\\b HTTP/1.1
field         Host: a
field         X: \xE9
authority     a
connection    persists
framing       no body
length        36 octets
leftover      3 octets behind the message
`,
		},
		{
			"a response taken for a request", "HTTP/1.1 200 OK\r\n\r\n", "", exitInvalid,
			`error         RFC 9112 §3.1: the method is not a token followed by one space
              at octet 4, answered with 400
    HTTP/1.1 200 OK\r\n
        ^
hint          this looks like a response: -response
`,
		},
		{
			"a chunked request", "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n" +
				"3\r\na\tb\r\n50\r\n" + strings.Repeat("x", 80) + "\r\n0\r\nX: y\r\n\r\n", "", exitValid,
			`request line  POST / HTTP/1.1
field         Host: a
field         Expect: 100-continue
field         Transfer-Encoding: chunked
authority     a
connection    persists
expectation   100-continue
framing       chunked
data          3 octets: a\tb
data          80 octets: ` + strings.Repeat("x", 60) + `…
trailer       X: y
length        183 octets
`,
		},
		{
			"a fixed length", "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nab", "", exitValid,
			`request line  POST / HTTP/1.0
field         Content-Length: 2
connection    closes
framing       fixed length, 2 octets
data          2 octets: ab
length        40 octets
`,
		},
		{
			"a response until close", "HTTP/1.1 200 OK\r\n\r\nab", "-response", exitValid,
			`status line   HTTP/1.1 200 OK
connection    persists
framing       until close
data          2 octets: ab
length        21 octets
`,
		},
		{
			"a response to HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "-response -to HEAD", exitValid,
			`status line   HTTP/1.1 200 OK
field         Content-Length: 5
connection    persists
framing       no body
length        38 octets
`,
		},
		{
			"lenience", "HTTP/1.1 200\nContent-Length: 0\n\n", "-response -lenient bare-lf,missing-reason-space", exitValid,
			`status line   HTTP/1.1 200
field         Content-Length: 0
connection    persists
framing       fixed length, 0 octets
length        32 octets
`,
		},
		{
			"an error in the head", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", "", exitInvalid,
			`error         RFC 9112 §5.1: white space between field name and colon
              at octet 20, answered with 400
    Host : a\r\n
        ^
`,
		},
		{
			"an error behind escapes", "GET / HTTP/1.1\r\nHost: a\r\nX: \t\t\xE9\x00b\r\n\r\n", "", exitInvalid,
			`error         RFC 9110 §5.5: octet not allowed in a field value
              at octet 31, answered with 400
    X: \t\t\xE9\x00b\r\n
               ^
`,
		},
		{
			"an error in a long line", "GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("a", 80) + "\x00" + strings.Repeat("b", 80) + "\r\n\r\n", "", exitInvalid,
			`error         RFC 9110 §5.5: octet not allowed in a field value
              at octet 108, answered with 400
    …` + strings.Repeat("a", 50) + `\x00` + strings.Repeat("b", 49) + `…
     ` + strings.Repeat(" ", 50) + `^
`,
		},
		{
			"an error in a chunk", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\ng\r\n", "", exitInvalid,
			`request line  POST / HTTP/1.1
field         Host: a
field         Transfer-Encoding: chunked
authority     a
connection    persists
framing       chunked
data          1 octets: x
error         RFC 9112 §7.1: the chunk size is not a hexadecimal number
              at octet 62, answered with 400
    g\r\n
    ^
`,
		},
		{
			"an error in the trailer section", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX\r\n\r\n", "", exitInvalid,
			`request line  POST / HTTP/1.1
field         Host: a
field         Transfer-Encoding: chunked
authority     a
connection    persists
framing       chunked
error         RFC 9112 §5: a field line without a colon
              at octet 60, answered with 400
    X\r\n
     ^
`,
		},
		{
			"a head that is cut off", "GET / HTTP/1.1\r\nHo", "", exitInvalid,
			"incomplete    18 octets, more are wanted (RFC 9112 §8)\n",
		},
		{
			"a body that is cut off", "POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nab", "", exitInvalid,
			`request line  POST / HTTP/1.0
field         Content-Length: 3
connection    closes
framing       fixed length, 3 octets
data          2 octets: ab
incomplete    40 octets, more are wanted (RFC 9112 §8)
`,
		},
		{"nothing", "", "", exitInvalid, "incomplete    0 octets, more are wanted (RFC 9112 §8)\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, stdout, stderr := lint(c.message, strings.Fields(c.args)...)
			assert.Equal(t, c.want, stdout)
			assert.Empty(t, stderr)
			assert.Equal(t, c.code, code)
		})
	}
}

func TestJSON(t *testing.T) {
	code, stdout, _ := lint("POST /x HTTP/1.1\r\nHost: a\r\nX: \xE9\r\nContent-Length: 2\r\n\r\n\xFF\x00GET", "-json")
	require.Equal(t, exitValid, code)
	var got report
	require.NoError(t, json.Unmarshal([]byte(stdout), &got))
	persists, length := true, uint64(2)
	assert.Equal(t, report{
		Kind: "request", Method: "POST", Target: "/x", Version: "HTTP/1.1",
		Fields:    []field{{"Host", "a"}, {"X", "é"}, {"Content-Length", "2"}},
		Authority: "a", KeepAlive: &persists,
		Framing: "fixed length", ContentLength: &length, Pieces: []int{2}, Body: []byte{0xFF, 0},
		Length: 56, Leftover: 3,
	}, got)

	code, stdout, _ = lint("HTTP/1.1 200 OK\r\nA: \x00\r\n\r\n", "-json", "-response")
	require.Equal(t, exitInvalid, code)
	got = report{}
	require.NoError(t, json.Unmarshal([]byte(stdout), &got))
	assert.Equal(t, report{Kind: "response", Error: &fault{
		Rule: "octet not allowed in a field value", Section: "RFC 9110 §5.5", Status: 400, Offset: 20,
	}}, got)
}

func TestFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "message")
	require.NoError(t, os.WriteFile(name, []byte("GET / HTTP/1.0\r\n\r\n"), 0o600))
	code, stdout, _ := lint("not read", name)
	assert.Equal(t, exitValid, code)
	assert.Contains(t, stdout, "GET / HTTP/1.0")
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{
		{"-nonsense"}, {"one", "two"}, {"-lenient", "all"}, {"-lenient", ""}, {filepath.Join(t.TempDir(), "missing")},
	} {
		code, stdout, stderr := lint("", args...)
		assert.Equal(t, exitUsage, code, "%q", args)
		assert.Empty(t, stdout)
		assert.NotEmpty(t, stderr)
	}
	code, _, stderr := lint("", "-help")
	assert.Equal(t, exitValid, code)
	assert.Contains(t, stderr, "bare-lf, obs-fold, missing-reason-space")
}
