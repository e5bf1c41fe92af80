package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/h1wire/h1wire/bench/load"
)

// testCase is something to measure.
type testCase struct {
	name    string
	measure func(ctx context.Context, who string, d time.Duration) (sample, error)
}

var cases = []testCase{
	{"plaintext", served("GET", "/plaintext", "", 64, 1)},
	{"plaintext, 16 pipelined", served("GET", "/plaintext", "", 64, 16)},
	{"JSON 1 KB", served("GET", "/json", "", 64, 1)},
	{"64 KiB", served("GET", "/64k", "", 64, 1)},
	{"POST echo 1 KB", served("POST", "/echo", strings.Repeat("x", 1024), 64, 1)},
	{"chi, 3 middlewares", served("GET", "/chi/users/42", "", 64, 1)},
	{"browser's GET", served("GET", "/plaintext", "", 64, 1,
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
		"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Accept-Language: en-US,en;q=0.9",
		"Accept-Encoding: gzip, deflate, br", "Cache-Control: max-age=0", "Upgrade-Insecure-Requests: 1",
		"Sec-Fetch-Dest: document", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Site: none", "Sec-Fetch-User: ?1",
		"Cookie: session=0123456789abcdef0123456789abcdef; theme=dark")},
	{"KiB per idle conn", idle("")},
	{"KiB per idle, loop", idle("loop")},
	{"transport GET", transported("get")},
	{"transport POST 1 KB", transported("post")},
}

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
		time.Sleep(300 * time.Millisecond) // until what is idle has given back what it can
		after, err := p.ask("/memory")
		return sample{cpu: (after - before) / conns / 1024, mallocs: 1}, err
	}
}

func closeAll(conns []net.Conn) {
	for _, nc := range conns {
		_ = nc.Close()
	}
}

// transported measures a transport: it runs in a process of its own, at
// net/http's server in another.
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
