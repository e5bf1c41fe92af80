package conn_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
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

// FuzzConnection feeds a server whatever a client might send on one connection,
// several messages usually, in pieces of random sizes. It checks that
//
//   - cutting changes nothing: in one piece the same messages are delivered and
//     the same octets answered;
//   - what is delivered is what net/http reads from the same octets, message by
//     message, apart from the differences listed in fuzz_differences_test.go;
//   - there is a response for each message delivered, in order, with its content,
//     and after them at most one refusal;
//   - nothing is left: no pooled buffer, and no goroutine, which synctest tells.
func FuzzConnection(f *testing.F) {
	for _, cases := range hostileGroups() {
		for i, c := range cases {
			if len(c.send) < 2<<10 {
				f.Add([]byte(c.send), uint64(i))
			}
		}
	}
	f.Fuzz(checkConnection)
}

func checkConnection(t *testing.T, sent []byte, seed uint64) {
	synctest.Test(t, func(t *testing.T) {
		before := conn.PooledBuffersOut()
		whole := serveOctets(t, sent, nil)
		cut := serveOctets(t, sent, rand.New(rand.NewPCG(seed, 1)))
		require.Equal(t, before, conn.PooledBuffersOut(), "pooled buffers")
		require.Equal(t, whole.messages, cut.messages, "messages, cut otherwise")
		require.Equal(t, finalResponses(t, whole), finalResponses(t, cut), "responses, cut otherwise")
		checkResponses(t, whole)
		compareToNetHTTP(t, sent, whole)
	})
}

// message is a request that was delivered with all of its content.
type message struct {
	method, target, body string
	close                bool // the connection ends with it
}

// transcript is what a server made of what it was sent, and what it sent.
type transcript struct {
	messages []message
	refused  *conn.InputError // why the server ended the connection
	begun    int              // requests whose head was delivered
	out      []byte
}

// serveOctets serves what a client sends, in pieces of random sizes, before it
// half-closes.
func serveOctets(t *testing.T, sent []byte, sizes *rand.Rand) *transcript {
	client, server := conntest.PipeSize(1 << 20)
	tr := new(transcript)
	sc, err := conn.NewServerConn(server, &conn.Params{
		MaxBodySize: 1 << 20,
		Logger:      slog.New(refusals{slog.DiscardHandler, tr}),
	})
	require.NoError(t, err)
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = sc.Serve(context.Background(), recording{tr})
	}()
	read := make(chan struct{})
	go func() { // at once: a reset would take back what was not read
		defer close(read)
		tr.out, _ = io.ReadAll(client)
	}()
	for len(sent) > 0 {
		n := len(sent)
		if sizes != nil {
			n = min(n, 1+sizes.IntN(1+sizes.IntN(64)))
		}
		if _, err := client.Write(sent[:n]); err != nil {
			break // the server has had enough
		}
		sent = sent[n:]
		synctest.Wait()
	}
	_ = client.CloseWrite()
	<-served
	<-read
	require.NoError(t, client.Close())
	return tr
}

// refusals notes the reason of a refusal, which a server logs.
type refusals struct {
	slog.Handler
	tr *transcript
}

func (refusals) Enabled(context.Context, slog.Level) bool { return true }

func (h refusals) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if err, ok := a.Value.Any().(error); ok {
			errors.As(err, &h.tr.refused)
		}
		return true
	})
	return nil
}

// recording delegates note what they get and answer with its number and content.
type recording struct{ tr *transcript }

func (r recording) StartRequest(_ *conn.ServerConn, c conn.Conn) conn.MessageDelegate {
	return &recorded{Conn: c, tr: r.tr}
}

func (recording) OnClose(*conn.ServerConn) {}

type recorded struct {
	conn.Conn
	tr *transcript
	m  message
}

func (r *recorded) HeadersReceived(start *conn.StartLine, fields *conn.Fields) error {
	r.m = message{method: string(start.MethodName), target: string(start.Target)}
	r.m.close = fields.HasToken("Connection", "close") || start.Method == parser.MethodConnect ||
		start.Version == parser.HTTP10 && !fields.HasToken("Connection", "keep-alive")
	r.tr.begun++
	return nil
}

func (r *recorded) DataReceived(p []byte) error {
	r.m.body += string(p)
	return nil
}

func (r *recorded) Finish() error {
	var h conn.Header
	h.Add("Number", fmt.Sprint(len(r.tr.messages)))
	r.tr.messages = append(r.tr.messages, r.m)
	return r.Reply(conn.StatusLine(200), &h, []byte(r.m.body))
}

func (r *recorded) OnConnectionClose(error) {}

// finalResponses reads what a server sent as net/http does.
func finalResponses(t *testing.T, tr *transcript) (all []string) {
	t.Helper()
	for r := bufio.NewReader(bytes.NewReader(tr.out)); ; {
		if _, err := r.Peek(1); err != nil {
			return all
		}
		method := "GET"
		if len(all) < len(tr.messages) {
			method = tr.messages[len(all)].method
		}
		resp, err := http.ReadResponse(r, &http.Request{Method: method})
		require.NoError(t, err, "%q", tr.out)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err, "%q", tr.out)
		if resp.StatusCode >= 200 {
			all = append(all, fmt.Sprint(resp.StatusCode, " ", resp.Header.Get("Number"), " ", string(body)))
		}
	}
}

// checkResponses checks that each message has its response, and none other has.
func checkResponses(t *testing.T, tr *transcript) {
	t.Helper()
	all := finalResponses(t, tr)
	for i, m := range tr.messages {
		body := m.body
		if m.method == "HEAD" || m.method == "CONNECT" {
			body = ""
		}
		require.Greater(t, len(all), i, "a message without response")
		require.Equal(t, fmt.Sprint("200 ", i, " ", body), all[i])
	}
	rest := all[len(tr.messages):]
	if tr.refused == nil {
		require.Empty(t, rest)
		return
	}
	require.Len(t, rest, 1)
	require.True(t, strings.HasPrefix(rest[0], fmt.Sprint(tr.refused.Status, " ")), rest[0])
}
