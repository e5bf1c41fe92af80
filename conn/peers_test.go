package conn_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/conn"
)

// exchanges has many goroutines send contents of all sizes, and checks that each
// gets its own back. send sends one, in chunks or with its length.
func exchanges(t *testing.T, send func(body []byte, chunked bool) ([]byte, error)) {
	t.Helper()
	var all sync.WaitGroup
	for seed := range uint64(16) {
		all.Go(func() {
			random := rand.New(rand.NewPCG(seed, 7))
			for range 40 {
				body := make([]byte, random.IntN(1<<random.IntN(19)))
				for i := range body {
					body[i] = byte(random.Uint32())
				}
				got, err := send(body, random.IntN(2) == 0)
				if !assert.NoError(t, err) || !assert.True(t, bytes.Equal(body, got), "%d octets, got %d", len(body), len(got)) {
					return
				}
			}
		})
	}
	all.Wait()
}

func TestNetHTTPClient(t *testing.T) {
	conn.CheckLeaks(t)
	for _, d := range []conn.Driver{conn.Stream, conn.Raw, conn.Loop} {
		t.Run(d.String(), func(t *testing.T) {
			addr := serveEcho(t, d)
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
			exchanges(t, func(body []byte, chunked bool) ([]byte, error) {
				var content io.Reader = bytes.NewReader(body)
				if chunked {
					content = struct{ io.Reader }{content}
				}
				resp, err := client.Post("http://"+addr, "application/octet-stream", content)
				if err != nil {
					return nil, err
				}
				defer resp.Body.Close()
				if resp.StatusCode != http.StatusOK {
					return nil, errors.New(resp.Status)
				}
				return io.ReadAll(resp.Body)
			})
			client.CloseIdleConnections()
		})
	}
}

func TestNetHTTPServer(t *testing.T) {
	conn.CheckLeaks(t)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		switch {
		case err != nil:
			http.Error(w, err.Error(), http.StatusBadRequest)
		case r.TransferEncoding == nil: // in chunks what came with its length, and the other way round
			w.(http.Flusher).Flush()
		default:
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		}
		_, _ = w.Write(body)
	}))
	defer s.Close()
	client := new(conn.Client)
	exchanges(t, func(body []byte, chunked bool) ([]byte, error) {
		r, err := conn.NewRequest("POST", s.URL)
		if err != nil {
			return nil, err
		}
		if r.Content = body; chunked {
			r.Content, r.Body, r.Length = nil, bytes.NewReader(body), -1
		}
		resp, err := client.Do(context.Background(), r)
		if err != nil {
			return nil, err
		}
		defer resp.Close()
		if resp.Status != http.StatusOK {
			return nil, fmt.Errorf("status %d", resp.Status)
		}
		return io.ReadAll(resp)
	})
	require.NoError(t, client.Close())
}
