package conn_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn"
	"github.com/h1wire/h1wire/conn/conntest"
	"github.com/h1wire/h1wire/parser"
)

// FuzzResponses feeds a client, which has sent pipelined requests, whatever a
// server might send before it closes, in pieces of random sizes. It checks that
// cutting changes nothing; that what is received is what net/http reads from the
// same octets, apart from the differences listed below; and that nothing is left.
func FuzzResponses(f *testing.F) {
	for _, cases := range hostileResponses() {
		for i, c := range cases {
			if len(c.send) < 2<<10 {
				f.Add([]byte(c.send), uint64(i), c.method == "HEAD")
			}
		}
	}
	f.Fuzz(checkResponseStream)
}

func checkResponseStream(t *testing.T, sent []byte, seed uint64, head bool) {
	method := "GET"
	if head {
		method = "HEAD"
	}
	synctest.Test(t, func(t *testing.T) {
		before := conn.PooledBuffersOut()
		whole, err := receiveOctets(t, method, sent, nil)
		cut, cutErr := receiveOctets(t, method, sent, rand.New(rand.NewPCG(seed, 1)))
		require.Equal(t, before, conn.PooledBuffersOut(), "pooled buffers")
		require.Equal(t, whole, cut, "responses, cut otherwise")
		require.Equal(t, err == nil, cutErr == nil, "%v, cut otherwise %v", err, cutErr)
		compareResponses(t, method, sent, whole, err)
	})
}

// pipelined is how many requests await a response.
const pipelined = 4

// receiveOctets returns the responses that a client receives entirely, and what
// went wrong with the next one.
func receiveOctets(t *testing.T, method string, sent []byte, sizes *rand.Rand) (all []received, err error) {
	client, server := conntest.PipeSize(1 << 20)
	cc, err := conn.NewClient(client, &conn.Params{Logger: silent, MaxBodySize: 1 << 20})
	require.NoError(t, err)
	var h conn.Header
	h.Add("Host", "h")
	for range pipelined {
		require.NoError(t, cc.WriteHeaders(conn.RequestLine(method, "/"), &h, nil))
		require.NoError(t, cc.Finish())
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		for len(sent) > 0 {
			n := len(sent)
			if sizes != nil {
				n = min(n, 1+sizes.IntN(1+sizes.IntN(64)))
			}
			if _, err := server.Write(sent[:n]); err != nil {
				break // the client has had enough
			}
			sent = sent[n:]
			synctest.Wait()
		}
		_ = server.CloseWrite()
	}()
	for range pipelined {
		var d received
		var kept bool
		kept, err = cc.ReadResponse(&d)
		require.Equal(t, err == nil, d.finished == 1, "Finish, if and only if all is well")
		if err != nil {
			break
		}
		d.kept = kept && len(all) < pipelined-1 // what comes behind the last is seen, or comes later
		all = append(all, d)
		if !kept {
			break
		}
	}
	<-over
	require.NoError(t, cc.Close())
	require.NoError(t, server.Close())
	return all, err
}

// strictResponses lists what this client refuses and net/http's ReadResponse lets
// through, beside what a server refuses too.
var strictResponses = map[error]string{
	parser.ErrStatusCode:       "RFC 9112 §4: one space, three digits, of a class that exists",
	parser.ErrReason:           "RFC 9112 §4: no CTL in the reason phrase",
	parser.ErrBareCR:           "RFC 9112 §2.2: a bare CR is invalid",
	parser.ErrContentForbidden: "RFC 9110 §8.6: no Content-Length in a 204",
}

// laxResponses lists what ReadResponse refuses of responses without content, by
// its error's text. RFC 9112 §6.3: one to HEAD, or with status 1xx, 204 or 304,
// ends with its head, whatever that says of framing.
var laxResponses = map[string]string{
	"invalid empty Content-Length":  "RFC 9112 §6.3",
	"unsupported transfer encoding": "RFC 9112 §6.3",
	"too many transfer encodings":   "RFC 9112 §6.3",
}

// compareResponses reads what was sent with net/http, response by response.
func compareResponses(t *testing.T, method string, sent []byte, all []received, err error) {
	t.Helper()
	r := bufio.NewReaderSize(bytes.NewReader(sent), 1<<16)
	for i := 0; ; i++ {
		theirs, theirErr := readFinalResponse(r, method)
		switch {
		case i < len(all) && theirErr != nil:
			empty := method == "HEAD" || all[i].status == 204 || all[i].status == 304 || bytes.Contains(sent, []byte(" 1"))
			require.True(t, isLaxer(theirErr) || empty && hasText(laxResponses, theirErr),
				"net/http refused response %d, %+v: %v", i, all[i], theirErr)
			return
		case i < len(all):
			require.Equal(t, theirs.status, all[i].status, "response %d", i)
			require.Equal(t, theirs.body, all[i].body, "response %d", i)
			if !all[i].kept {
				return
			}
		case theirErr != nil:
			return
		default:
			require.True(t, hasError(stricter, err) || hasError(strictResponses, err), "net/http read response %d, %+v, and we did not: %v", i, theirs, err)
			return
		}
	}
}

func readFinalResponse(r *bufio.Reader, method string) (received, error) {
	for {
		resp, err := http.ReadResponse(r, &http.Request{Method: method})
		if err != nil {
			return received{}, err
		}
		if resp.StatusCode == 101 {
			return received{}, errors.New("101 that nobody asked for: RFC 9110 §15.2.2")
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode/100 != 1 {
			return received{status: resp.StatusCode, body: string(body)}, err
		}
	}
}

// hasText and hasError look an error up in a table of differences.
func hasText(known map[string]string, err error) bool {
	for text := range known {
		if strings.Contains(err.Error(), text) {
			return true
		}
	}
	return false
}

func hasError(known map[error]string, err error) bool {
	for e := range known {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
