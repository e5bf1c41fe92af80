package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/h1wire/h1wire/conn"
)

// probeLimit is the most that decoded content may be, probeTimeout the time for
// one exchange.
const (
	probeLimit   = 32 << 20
	probeTimeout = 2 * time.Second
)

// probe requests the URLs in the form of conformance checks. The environment
// says what: H1_METHOD (default GET), H1_BODY (the content), H1_GZIP=1 (ask for
// gzip and decode it). For each URL it writes
//
//	<status> <length>\n<content>\n
//
// or, when the exchange failed, "error <text>\n", and then returns a failure.
func probe(ctx context.Context, client *conn.Client, urls []string, env func(string) string, out io.Writer) int {
	if env("H1_GZIP") == "1" {
		client.Params.Decompress = true
		client.Params.MaxBodySize = probeLimit
	}
	code := exitOK
	for _, url := range urls {
		status, body, err := probeOne(ctx, client, url, env)
		if err != nil {
			code = exitFailed
			fmt.Fprintf(out, "error %s\n", strings.Map(oneLine, err.Error()))
			continue
		}
		fmt.Fprintf(out, "%d %d\n%s\n", status, len(body), body)
	}
	return code
}

func oneLine(r rune) rune {
	if r < ' ' {
		return ' '
	}
	return r
}

func probeOne(ctx context.Context, client *conn.Client, url string, env func(string) string) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	r, err := conn.NewRequest(env("H1_METHOD"), url)
	if err != nil {
		return 0, nil, err
	}
	if body := env("H1_BODY"); body != "" {
		r.Content = []byte(body)
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
