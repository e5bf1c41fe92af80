package conn_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn"
	"github.com/h1wire/h1wire/parser"
)

// stricter lists what this package refuses and net/http's ReadRequest lets
// through, and the text that has it so.
var stricter = map[error]string{
	parser.ErrBareLF:                     "RFC 9112 §2.2: CRLF ends a line; recognizing LF alone is a MAY",
	parser.ErrTarget:                     "RFC 9112 §3.2: no octet beyond those of a URI, and no fragment",
	parser.ErrTargetForm:                 "RFC 9112 §3.2: the form that goes with the method",
	parser.ErrAuthority:                  "RFC 9110 §4.2.1, §4.2.4: a host, and no userinfo",
	parser.ErrPort:                       "RFC 9110 §9.3.6: CONNECT needs a port that exists",
	parser.ErrVersionUnsupported:         "RFC 9110 §15.6.6: major version 1",
	parser.ErrHostMissing:                "RFC 9112 §3.2: HTTP/1.1 needs Host",
	parser.ErrHost:                       "RFC 9112 §3.2: a valid Host",
	parser.ErrSpaceBeforeColon:           "RFC 9112 §5.1: no white space before the colon",
	parser.ErrObsFold:                    "RFC 9112 §5.2: obs-fold: 400",
	parser.ErrTooManyFields:              "RFC 6585 §5: our limit",
	parser.ErrTransferEncodingWithLength: "RFC 9112 §6.1: MAY reject a message with both",
	parser.ErrTransferEncodingVersion:    "RFC 9112 §6.1: Transfer-Encoding in HTTP/1.0 is faulty framing",
	parser.ErrChunkExt:                   "RFC 9112 §7.1.1: the grammar of extensions",
	parser.ErrTrailerField:               "RFC 9110 §6.5.1: no framing in a trailer section",
}

// unknownExpectation stands for what has no error of its own: net/http leaves
// Expect to its server, which answers 417 as we do.
const unknownExpectation = 417

// laxer lists what net/http's ReadRequest refuses, by its error's text, and this
// package lets through.
var laxer = map[string]string{
	"parse \"":                               "RFC 9112 §3.2.1: net/http decodes the target; we hand its octets on",
	"bad Content-Length":                     "RFC 9110 §8.6: a list of one value over and over MAY be that value",
	"cannot contain multiple Content-Length": "RFC 9110 §8.6: likewise on several lines",
	"bad trailer key":                        "RFC 9110 §6.6.2: Trailer is a hint; the section itself is checked",
	"http chunk length too large":            "RFC 9112 §7.1: 1*HEXDIG, so with any number of zeros in front",
	"invalid byte in chunk length":           "RFC 9112 §7.1.1: BWS may stand before the semicolon",
}

// compareToNetHTTP reads what was sent with net/http, message by message.
func compareToNetHTTP(t *testing.T, sent []byte, tr *transcript) {
	t.Helper()
	r := bufio.NewReaderSize(bytes.NewReader(sent), 1<<16)
	for i := 0; ; i++ {
		if p, _ := r.Peek(2); string(p) == "\r\n" {
			_, _ = r.Discard(2) // RFC 9112 §2.2: a server SHOULD ignore one empty line; ReadRequest leaves it to the caller
		}
		theirs, err := readRequest(r)
		switch {
		case i < len(tr.messages) && err != nil:
			require.True(t, isLaxer(err), "net/http refused message %d, %+v: %v", i, tr.messages[i], err)
			return
		case i < len(tr.messages):
			require.Equal(t, *theirs, theirs.like(tr.messages[i]), "message %d", i)
		case err != nil || tr.refused == nil && len(tr.messages) > 0 && tr.messages[i-1].close:
			return
		case tr.refused == nil:
			t.Fatalf("net/http read message %d, %+v, and we did not", i, theirs)
		default:
			require.True(t, isStricter(tr.refused), "net/http read message %d, %+v, and we refused it: %v", i, theirs, tr.refused)
			return
		}
		if i < len(tr.messages) && tr.messages[i].close {
			return
		}
	}
}

func readRequest(r *bufio.Reader) (*message, error) {
	req, err := http.ReadRequest(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(req.Body)
	return &message{method: req.Method, target: req.RequestURI, body: string(body)}, err
}

// like is what m is of ours without what net/http does not tell.
func (*message) like(m message) message {
	m.close = false
	return m
}

func isStricter(e *conn.InputError) bool {
	return e.Status == unknownExpectation || hasError(stricter, e)
}

func isLaxer(err error) bool { return hasText(laxer, err) }
