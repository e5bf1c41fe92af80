package conn

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMain fails a run whose tests all passed and left something behind.
func TestMain(m *testing.M) {
	before := countResources()
	code := m.Run()
	fuzzing := flag.Lookup("test.fuzz").Value.String() != "" // its coordinator keeps what it started
	if code == 0 && !fuzzing {
		if left := before.leaked(leakPatience); left != "" {
			fmt.Fprintln(os.Stderr, "the tests leaked:", left)
			code = 1
		}
	}
	os.Exit(code)
}

// checkLeaks fails t if, when it and its cleanups are over, more goroutines,
// descriptors or pooled buffers are in use than now. A test that uses it must
// not run beside others.
func checkLeaks(t testing.TB) {
	t.Helper()
	before := countResources()
	t.Cleanup(func() {
		if left := before.leaked(leakPatience); left != "" {
			t.Errorf("leaked: %s", left)
		}
	})
}

// resources is what must be given back.
type resources struct {
	goroutines int
	sockets    int // descriptors of sockets, pipes and files, as far as the system tells
	buffers    int64
}

func countResources() resources {
	return resources{runtime.NumGoroutine(), openDescriptors(), pooledBuffersOut()}
}

// leakPatience is how long what has been told to end may take to do so.
const leakPatience = 30 * time.Second

// leaked describes what is in use beyond r, and still is after patience.
func (r resources) leaked(patience time.Duration) string {
	var now resources
	for wait := time.Millisecond; ; wait *= 2 {
		now = countResources()
		if now.goroutines <= r.goroutines && now.sockets <= r.sockets && now.buffers <= r.buffers {
			return ""
		}
		if wait > patience {
			break
		}
		time.Sleep(wait)
	}
	var b strings.Builder
	if n := now.sockets - r.sockets; n > 0 {
		fmt.Fprintf(&b, "%d descriptors; ", n)
	}
	if n := now.buffers - r.buffers; n > 0 {
		fmt.Fprintf(&b, "%d pooled buffers; ", n)
	}
	if n := now.goroutines - r.goroutines; n > 0 {
		stacks := make([]byte, 64<<10)
		fmt.Fprintf(&b, "%d goroutines, of these:\n%s", n, stacks[:runtime.Stack(stacks, true)])
	}
	return b.String()
}

// openDescriptors counts what the process has open, without what the runtime
// opens for itself and keeps.
func openDescriptors() int {
	names, _ := filepath.Glob("/proc/self/fd/*")
	n := 0
	for _, name := range names {
		if to, err := os.Readlink(name); err == nil && !strings.HasPrefix(to, "anon_inode:") {
			n++
		}
	}
	return n
}

func TestLeaksAreSeen(t *testing.T) {
	before := countResources()
	stop := make(chan struct{})
	var stopped sync.WaitGroup
	var files []*os.File
	var readers []*reader
	for range 20 { // many, for what an earlier test has left may end meanwhile
		f, err := os.Open("/proc/self/status")
		if err != nil {
			t.Skip("descriptors cannot be counted here")
		}
		files, readers = append(files, f), append(readers, getReader())
		stopped.Add(1)
		go func() { defer stopped.Done(); <-stop }() // not by Go, of which alone its stack may be yet
	}

	left := before.leaked(0)
	require.Contains(t, left, " descriptors; ")
	require.Contains(t, left, "TestLeaksAreSeen.func")
	require.Equal(t, pooledBuffersOut() > 0, strings.Contains(left, " pooled buffers; "))

	close(stop)
	stopped.Wait()
	for i, f := range files {
		require.NoError(t, f.Close())
		readers[i].release()
	}
	require.Empty(t, before.leaked(leakPatience))
}
