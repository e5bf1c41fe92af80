package nethttp

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// streamSize is how much the tests of long transfers send: 1 GiB, or what
// H1WIRE_STREAM_MIB says, each way.
func streamSize(t *testing.T) int64 {
	if v := os.Getenv("H1WIRE_STREAM_MIB"); v != "" {
		n, err := strconv.ParseInt(v, 10, 64)
		require.NoError(t, err)
		return n << 20
	}
	if testing.Short() || raceEnabled {
		return 64 << 20
	}
	return 1 << 30
}

// TestLongTransfersInFlatMemory sends and receives a lot, by both transports
// at both servers, and looks at the heap all the while.
func TestLongTransfersInFlatMemory(t *testing.T) {
	size := streamSize(t)
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_, err := io.Copy(w, io.LimitReader(endless('a'), size))
			assert.NoError(t, err)
			return
		}
		n, err := io.Copy(io.Discard, r.Body)
		assert.NoError(t, err)
		fmt.Fprint(w, n)
	})
	for server, s := range map[string]*served{"theirs": serveTheirs(t, h), "ours": serve(t, h)} {
		for transport, c := range map[string]*http.Client{"theirs": client(t), "ours": using(t)} {
			if server == "theirs" && transport == "theirs" {
				continue
			}
			c.Timeout = 0 // it takes as long as it takes
			t.Run(transport+" at "+server, func(t *testing.T) {
				assertFlat(t, func() {
					resp, err := c.Get(s.url)
					require.NoError(t, err)
					n, err := io.Copy(io.Discard, resp.Body)
					require.NoError(t, err)
					assert.Equal(t, size, n)
					_ = resp.Body.Close()
				})
				assertFlat(t, func() {
					resp, err := c.Post(s.url, "text/plain", io.LimitReader(endless('a'), size))
					require.NoError(t, err)
					b, err := io.ReadAll(resp.Body)
					require.NoError(t, err)
					assert.Equal(t, fmt.Sprint(size), string(b))
					_ = resp.Body.Close()
				})
			})
		}
	}
}

// assertFlat runs f and fails the test if the heap in use grows by more than
// 16 MiB meanwhile.
func assertFlat(t *testing.T, f func()) {
	t.Helper()
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	done := make(chan struct{})
	var most atomic.Uint64
	var watch sync.WaitGroup
	watch.Go(func() {
		for tick := time.NewTicker(20 * time.Millisecond); ; {
			select {
			case <-tick.C:
				runtime.ReadMemStats(&now)
				most.Store(max(most.Load(), now.HeapInuse))
			case <-done:
				tick.Stop()
				return
			}
		}
	})
	f()
	close(done)
	watch.Wait()
	if grown := int64(most.Load()) - int64(before.HeapInuse); grown > 16<<20 {
		t.Errorf("the heap grew by %d KiB", grown>>10)
	}
}

// TestCancelledRequestsLeaveNothing cancels 10 000 requests at every stage, by
// our transport at our server.
func TestCancelledRequestsLeaveNothing(t *testing.T) {
	quiet(t)
	all := 10000
	if testing.Short() {
		all = 1000
	}
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/waits":
			<-r.Context().Done()
		case "/reads":
			_, _ = io.Copy(io.Discard, r.Body)
		case "/streams":
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, "more\n"); err != nil {
					return
				}
				flush(w)
			}
		}
	})
	s := serve(t, h)
	c := using(t)
	var clients sync.WaitGroup
	var failed atomic.Int64
	for worker := range 20 {
		clients.Go(func() {
			for i := range all / 20 {
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(100+(i*37+worker)%900)*time.Microsecond)
				path, body := "/waits", io.Reader(nil)
				switch i % 3 {
				case 1:
					path, body = "/reads", endless('a')
				case 2:
					path = "/streams"
				}
				r, _ := http.NewRequestWithContext(ctx, "POST", s.url+path, body)
				resp, err := c.Do(r)
				if err == nil {
					_, err = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
				}
				if err != nil {
					failed.Add(1)
				}
				cancel()
			}
		})
	}
	clients.Wait()
	assert.EqualValues(t, all, failed.Load(), "none of them ends by itself")
}
