package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/h1wire/h1wire/conn"
	"github.com/h1wire/h1wire/conn/nethttp"
)

// probeLimit is the most that decoded content may be, probeTimeout the time for
// one exchange.
const (
	probeLimit   = 32 << 20
	probeTimeout = 2 * time.Second
)

// asking sends a request and returns the status and the content of the response.
type asking func(ctx context.Context, method, url string, content []byte) (int, []byte, error)

// probe requests the URLs in the form of conformance checks. The environment
// says what: H1_METHOD (default GET), H1_BODY (the content), H1_GZIP=1 (ask for
// gzip and decode it). For each URL it writes
//
//	<status> <length>\n<content>\n
//
// or, when the exchange failed, "error <text>\n", and then returns a failure.
func probe(ctx context.Context, c *config, client *conn.Client, env func(string) string, out io.Writer) int {
	if env("H1_GZIP") == "1" {
		client.Params.Decompress = true
		client.Params.MaxBodySize = probeLimit
	}
	ask := byClient(client)
	if c.nethttp {
		t := &nethttp.Transport{Params: client.Params, DisableCompression: !client.Params.Decompress}
		t.Params.Decompress = false // the transport decodes what it has asked for
		defer t.CloseIdleConnections()
		ask = byTransport(t)
	}
	code := exitOK
	for _, url := range c.urls {
		ctx, cancel := context.WithTimeout(ctx, probeTimeout)
		status, content, err := ask(ctx, env("H1_METHOD"), url, []byte(env("H1_BODY")))
		cancel()
		if err != nil {
			code = exitFailed
			fmt.Fprintf(out, "error %s\n", strings.Map(oneLine, err.Error()))
			continue
		}
		fmt.Fprintf(out, "%d %d\n%s\n", status, len(content), content)
	}
	return code
}

func oneLine(r rune) rune {
	if r < ' ' {
		return ' '
	}
	return r
}

func byClient(client *conn.Client) asking {
	return func(ctx context.Context, method, url string, content []byte) (int, []byte, error) {
		r, err := conn.NewRequest(method, url)
		if err != nil {
			return 0, nil, err
		}
		if len(content) > 0 {
			r.Content = content
		}
		resp, err := client.Do(ctx, r)
		if err != nil {
			return 0, nil, err
		}
		defer resp.Close()
		var body bytes.Buffer
		_, err = resp.WriteTo(&body)
		return resp.Status, body.Bytes(), err
	}
}

func byTransport(t http.RoundTripper) asking {
	return func(ctx context.Context, method, url string, content []byte) (int, []byte, error) {
		r, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(content))
		if err != nil {
			return 0, nil, err
		}
		resp, err := t.RoundTrip(r)
		if err != nil {
			return 0, nil, err
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		return resp.StatusCode, body, err
	}
}
