package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/h1wire/h1wire/bench/load"
	handlers "github.com/h1wire/h1wire/bench/nethttp"
)

// testCase is something to measure.
type testCase struct {
	name    string
	wanted  sample // the most that the ratios should be; 0: nothing
	measure func(ctx context.Context, who string, d time.Duration) (sample, error)
	alone   func() sample // the handler without a server; may be nil
	steady  bool          // once is enough
}

var cases = []testCase{
	serving("plaintext", 0.5, "GET", "/plaintext", "", 1),
	serving("plaintext, 16 pipelined", 0.15, "GET", "/plaintext", "", 16),
	serving("JSON 1 KB", 0.5, "GET", "/json", "", 1),
	serving("64 KiB", 0.5, "GET", "/64k", "", 1),
	serving("POST echo 1 KB", 0.5, "POST", "/echo", strings.Repeat("x", 1024), 1),
	serving("chi, 3 middlewares", 0.5, "GET", "/chi/users/42", "", 1),
	serving("browser's GET", 0.5, "GET", "/plaintext", "", 1,
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
		"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Accept-Language: en-US,en;q=0.9",
		"Accept-Encoding: gzip, deflate, br", "Cache-Control: max-age=0", "Upgrade-Insecure-Requests: 1",
		"Sec-Fetch-Dest: document", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Site: none", "Sec-Fetch-User: ?1",
		"Cookie: session=0123456789abcdef0123456789abcdef; theme=dark"),
	{name: "KiB per idle conn", wanted: sample{cpu: 0.3}, measure: idle(""), steady: true},
	{name: "KiB per idle, loop", wanted: sample{cpu: 0.3}, measure: idle("loop"), steady: true},
	{name: "transport GET", wanted: sample{0.6, 0.5}, measure: transported("get")},
	{name: "transport POST 1 KB", wanted: sample{0.6, 0.5}, measure: transported("post")},
}

func serving(name string, wanted float64, method, path, body string, depth int, fields ...string) testCase {
	return testCase{
		name: name, wanted: sample{wanted, 0.5}, measure: served(method, path, body, 64, depth, fields...),
		alone: func() sample { return alone(method, path, body) },
	}
}

// alone measures a handler without a server.
func alone(method, path, body string) sample {
	h := handlers.Handlers()
	content := strings.NewReader(body)
	r := httptest.NewRequest(method, path, content)
	w := nowhere{make(http.Header)}
	run := func(n int) {
		for range n {
			clear(w.header)
			content.Reset(body)
			h.ServeHTTP(w, r)
		}
	}
	const n = 20_000
	run(n / 10)
	before, mallocs := cpu(), allocated()
	run(n)
	return sample{(cpu() - before) / n, (allocated() - mallocs) / n}
}

// nowhere is a ResponseWriter of a response that goes nowhere.
type nowhere struct{ header http.Header }

func (w nowhere) Header() http.Header             { return w.header }
func (nowhere) WriteHeader(int)                   {}
func (nowhere) Write(p []byte) (int, error)       { return len(p), nil }
func (nowhere) WriteString(s string) (int, error) { return len(s), nil }

// served measures a server: CPU time and allocations of its process.
func served(method, path, body string, conns, depth int, fields ...string) func(context.Context, string, time.Duration) (sample, error) {
	return func(ctx context.Context, who string, d time.Duration) (sample, error) {
		p, err := start(who, "0")
		if err != nil {
			return sample{}, err
		}
		defer p.end()
		req := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\n", method, path, p.addr)
		for _, f := range fields {
			req += f + "\r\n"
		}
		if body != "" {
			req += fmt.Sprintf("Content-Length: %d\r\n", len(body))
		}
		config := load.Config{
			Addr: p.addr, Request: []byte(req + "\r\n" + body), Conns: conns, Depth: depth, Length: -1,
			WarmUp: d / 4, Duration: d, PID: p.cmd.Process.Pid,
		}
		before, err := p.ask("/mallocs")
		if err != nil {
			return sample{}, err
		}
		counted := config
		counted.WarmUp, counted.Duration, counted.PID = 0, d/4, 0
		r, err := load.Run(ctx, counted)
		if err != nil {
			return sample{}, err
		}
		after, err := p.ask("/mallocs")
		if err != nil {
			return sample{}, err
		}
		s := sample{mallocs: (after - before) / float64(r.Requests)}
		if r, err = load.Run(ctx, config); err == nil && r.ErrorCount() > 0 {
			err = fmt.Errorf("%v", r.Errors)
		}
		if err == nil {
			s.cpu = r.CPUPerRequest()
		}
		return s, err
	}
}

// idle measures what a connection costs that waits for its next request. It
// is shown in the place of CPU time, in KiB.
func idle(driver string) func(context.Context, string, time.Duration) (sample, error) {
	return func(ctx context.Context, who string, _ time.Duration) (sample, error) {
		if who == "h1wire" {
			who += driver
		}
		p, err := start(who, "0")
		if err != nil {
			return sample{}, err
		}
		defer p.end()
		before, err := p.ask("/memory")
		if err != nil {
			return sample{}, err
		}
		const conns = 2000
		held, err := load.Idle(ctx, load.Config{
			Addr: p.addr, Conns: conns, Length: -1,
			Request: []byte("GET /plaintext HTTP/1.1\r\nHost: " + p.addr + "\r\n\r\n"),
		})
		defer closeAll(held)
		if err != nil {
			return sample{}, err
		}
		time.Sleep(1500 * time.Millisecond) // until what is idle has given back what it will
		after, err := p.ask("/memory")
		return sample{cpu: (after - before) / conns / 1024, mallocs: math.NaN()}, err
	}
}

func closeAll(conns []net.Conn) {
	for _, nc := range conns {
		_ = nc.Close()
	}
}

// transported measures a transport: it runs in a process of its own, at our
// server in another.
func transported(kind string) func(context.Context, string, time.Duration) (sample, error) {
	return func(ctx context.Context, who string, d time.Duration) (sample, error) {
		p, err := start("h1wire", "1")
		if err != nil {
			return sample{}, err
		}
		defer p.end()
		out, err := child(ctx, "0", "request", who, kind, "http://"+p.addr, d.String())
		if err != nil {
			return sample{}, err
		}
		var s sample
		_, err = fmt.Sscan(string(out), &s.cpu, &s.mallocs)
		return s, err
	}
}

// ask returns the number that the server answers.
func (p *process) ask(path string) (float64, error) {
	resp, err := http.Get("http://" + p.addr + path)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(string(b), 64)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "compare:", err)
	os.Exit(1)
}
