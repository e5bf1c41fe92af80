package nethttp

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	coder "github.com/coder/websocket"
	gorilla "github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCoderWebsocket(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := coder.Accept(w, r, nil)
		if !assert.NoError(t, err) {
			return
		}
		defer c.CloseNow()
		c.SetReadLimit(1 << 20)
		for {
			kind, p, err := c.Read(r.Context())
			if err != nil {
				return
			}
			if err := c.Write(r.Context(), kind, p); err != nil {
				return
			}
		}
	})
	for server, url := range servers(t, h) {
		for transport, client := range transports(t) {
			t.Run(transport+" at "+server, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				c, _, err := coder.Dial(ctx, url, &coder.DialOptions{HTTPClient: client})
				require.NoError(t, err)
				defer c.CloseNow()
				c.SetReadLimit(1 << 20)
				for _, size := range []int{1, 125, 1000, 100_000} {
					want := strings.Repeat("x", size)
					require.NoError(t, c.Write(ctx, coder.MessageText, []byte(want)))
					_, got, err := c.Read(ctx)
					require.NoError(t, err)
					assert.Equal(t, want, string(got))
				}
				assert.NoError(t, c.Close(coder.StatusNormalClosure, ""))
			})
		}
	}
}

func TestGorillaWebsocket(t *testing.T) {
	upgrader := gorilla.Upgrader{}
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := upgrader.Upgrade(w, r, http.Header{"X-A": {"1"}})
		if !assert.NoError(t, err) {
			return
		}
		go func() { // longer than the handler
			defer c.Close()
			for {
				kind, p, err := c.ReadMessage()
				if err != nil {
					return
				}
				if err := c.WriteMessage(kind, p); err != nil {
					return
				}
			}
		}()
	})
	for server, url := range servers(t, h) {
		t.Run(server, func(t *testing.T) {
			c, resp, err := gorilla.DefaultDialer.Dial("ws"+strings.TrimPrefix(url, "http"), nil)
			require.NoError(t, err)
			defer c.Close()
			assert.Equal(t, "1", resp.Header.Get("X-A"))
			for _, size := range []int{1, 125, 1000, 100_000} {
				want := strings.Repeat("x", size)
				require.NoError(t, c.WriteMessage(gorilla.TextMessage, []byte(want)))
				_, got, err := c.ReadMessage()
				require.NoError(t, err)
				assert.Equal(t, want, string(got))
			}
		})
	}
}
