package conn_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn"
	"github.com/h1wire/h1wire/conn/conntest"
)

// hostileResponse is what a server sends in answer to one request before it
// closes, and what must come of it: status and content; then "kept" if the
// connection may carry another request, or "closed"; or "error".
type hostileResponse struct {
	name   string
	send   string
	want   string
	method string // default GET
	behind bool   // there are octets behind the response: it comes in one piece, for else it is over before
}

func hostileResponses() map[string][]hostileResponse {
	return map[string][]hostileResponse{
		"status lines": hostileStatusLines(), "informational": hostileInformational(), "fields": hostileResponseFields(), "no content": hostileNoContent(),
		"content-length": hostileResponseLength(), "chunks": hostileResponseChunks(), "persistence": hostileResponsePersistence(),
	}
}

// Each case comes octet by octet, and in two pieces, cut at every few offsets.
func TestHostileResponses(t *testing.T) {
	every := 16
	if conn.RaceEnabled {
		every = 64
	}
	for group, cases := range hostileResponses() {
		for i, c := range cases {
			t.Run(group+"/"+c.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					require.Equal(t, c.want, receive(t, c, c.send), "in one piece")
					if c.behind || len(c.send) > 4<<10 {
						return
					}
					require.Equal(t, c.want, receive(t, c, strings.Split(c.send, "")...), "octet by octet")
					for cut := i % every; cut < len(c.send); cut += every {
						require.Equal(t, c.want, receive(t, c, c.send[:cut], c.send[cut:]), "cut at %d", cut)
					}
				})
			})
		}
	}
}

// receive sends a response in pieces, and each when the client waits for it.
func receive(t *testing.T, c hostileResponse, pieces ...string) string {
	before := conn.PooledBuffersOut()
	client, server := conntest.Pipe()
	cc, err := conn.NewClient(client, &conn.Params{Logger: silent})
	require.NoError(t, err)
	method, target := c.method, "/"
	switch method {
	case "":
		method = "GET"
	case "CONNECT":
		target = "h:80"
	}
	var h conn.Header
	h.Add("Host", "h")
	require.NoError(t, cc.WriteHeaders(conn.RequestLine(method, target), &h, nil))
	require.NoError(t, cc.Finish())
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		for _, p := range pieces {
			synctest.Wait()
			if _, err := server.Write([]byte(p)); err != nil {
				break // the client has had enough
			}
		}
		synctest.Wait()
		_ = server.CloseWrite() // Close would be a reset, for the request is not read
	}()
	var d received
	kept, err := cc.ReadResponse(&d)
	require.Equal(t, err == nil, d.finished == 1, "Finish, if and only if all is well")
	require.LessOrEqual(t, d.lost+d.finished, 1)
	<-sent
	require.NoError(t, cc.Close())
	require.NoError(t, server.Close())
	require.Equal(t, before, conn.PooledBuffersOut(), "pooled buffers")
	if err != nil {
		return "error"
	}
	return fmt.Sprintf("%d(%s) %s", d.status, d.body, map[bool]string{true: "kept", false: "closed"}[kept])
}

// received is a delegate that keeps what it gets.
type received struct {
	status, finished, lost int
	body                   string
	kept                   bool // the connection may carry another
}

func (d *received) HeadersReceived(start *conn.StartLine, _ *conn.Fields) error {
	d.status = start.Status
	return nil
}

func (d *received) DataReceived(p []byte) error {
	d.body += string(p)
	return nil
}

func (d *received) Finish() error {
	d.finished++
	return nil
}

func (d *received) OnConnectionClose(error) { d.lost++ }
