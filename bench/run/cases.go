package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/h1wire/h1wire/bench/peers/endpoint"
	"github.com/h1wire/h1wire/bench/result"
)

// workload is one case and the load that makes it.
type workload struct {
	result.Case
	request       []byte
	expect        []byte // content of every response; nil: not compared
	length        int64  // length of every response's content; 0: not compared
	conns         int
	depth         int
	rate          float64 // requests per second; 0: closed loop
	perConnection bool
	tls           bool
	idle          bool // memory of idle connections is measured, nothing else
	needs         need // what a server must be able to do
	compare       need // what it must be able to do for expect to be compared
	client        bool // clients are measured, not servers
	fullOnly      bool
}

// need is a property that some servers lack.
type need uint

const (
	needContent need = 1 << iota // reads the content of requests
	needGzip                     // decodes it
	needTLS
	needBig   // has /big
	needClose // closes when asked to
	needEcho  // answers with the content of the request
	needPipelining
	needCount // knows the length of chunked content; without it the answer is not compared
)

const (
	kilo     = 1 << 10
	mega     = 1 << 20
	host     = "127.0.0.1:8080" // the same for all servers: requests of one length
	textSize = 100 * kilo
)

// get is what wrk sends, no more.
func get(path string, fields ...string) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", path, host, strings.Join(fields, ""))
}

func post(path string, body []byte, fields ...string) []byte {
	head := fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n%s\r\n", path, host, len(body), strings.Join(fields, ""))
	return append(head, body...)
}

func postChunked(path string, body []byte, size int) []byte {
	b := fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n\r\n", path, host)
	for len(body) > 0 {
		n := min(size, len(body))
		b = fmt.Appendf(b, "%x\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	return append(b, "0\r\n\r\n"...)
}

// text is n octets that compress about as prose does.
func text(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	words := make([]string, 2000)
	for i := range words {
		w := make([]byte, 2+r.IntN(9))
		for j := range w {
			w[j] = "etaoinshrdlucmfwypvbgk"[min(r.IntN(22), r.IntN(22))]
		}
		words[i] = string(w)
	}
	var b []byte
	for len(b) < n {
		b = append(b, words[min(r.IntN(len(words)), r.IntN(len(words)))]...)
		b = append(b, ' ')
	}
	return b[:n]
}

func gzipped(b []byte) []byte {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	_, _ = w.Write(b) // a bytes.Buffer takes everything
	_ = w.Close()
	return z.Bytes()
}

// browser is the head that a browser sends with a page's subresource.
var browser = []string{
	"Connection: keep-alive\r\n",
	"sec-ch-ua: \"Chromium\";v=\"142\", \"Not_A Brand\";v=\"99\"\r\n", "sec-ch-ua-mobile: ?0\r\n", "sec-ch-ua-platform: \"Linux\"\r\n",
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36\r\n",
	"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n",
	"Sec-Fetch-Site: same-origin\r\n", "Sec-Fetch-Mode: navigate\r\n", "Sec-Fetch-Dest: document\r\n",
	"Referer: http://127.0.0.1:8080/articles/2026/11/the-wire-protocol-of-the-web?page=2\r\n",
	"Accept-Encoding: gzip, deflate, br, zstd\r\n", "Accept-Language: en-GB,en;q=0.9,de;q=0.8\r\n",
	"Cookie: session=" + strings.Repeat("0123456789abcdef", 16) + "; theme=dark; consent=" + strings.Repeat("a1", 128) + "\r\n",
}

// goal is a goal of the default driver against a peer.
func goal(peer string, ratio float64) result.Goal {
	return result.Goal{Server: "h1wire raw", Peer: peer, Ratio: ratio}
}

func cases() []workload {
	hello := []byte(endpoint.Plaintext)
	body := func(n int) []byte { return bytes.Repeat([]byte{'b'}, n) }
	length := func(n int) []byte { return []byte(strconv.Itoa(n)) }
	plain := get("/plaintext")
	micros := func(name, title string, goals ...result.Goal) result.Case {
		return result.Case{Name: name, Title: title, Unit: result.Microseconds, Goals: goals}
	}
	return []workload{
		{Case: micros("plain 64", "64 connections, GET /plaintext", goal("fasthttp", 0.75), goal("gnet", 0.98), goal("floor", 1.15)),
			request: plain, expect: hello, conns: 64},
		{Case: micros("pipelined 16", "64 connections, 16 requests pipelined", goal("fasthttp", 0.27), goal("fasthttp timeouts", 0.25), goal("gnet", 0.6), goal("floor", 1.2)),
			request: plain, expect: hello, conns: 64, depth: 16},
		{Case: micros("plain 512", "512 connections, GET /plaintext", goal("fasthttp", 0.58), goal("hertz", 0.58), goal("gnet", 0.65)),
			request: plain, expect: hello, conns: 512},
		{Case: micros("browser 64", "64 connections, GET with a browser's head"),
			request: get("/plaintext", browser...), expect: hello, conns: 64, fullOnly: true},
		{Case: result.Case{Name: "rate 20000", Title: "64 connections, open loop at 20 000 requests/s", Unit: result.Microseconds, OpenLoop: true},
			request: plain, expect: hello, conns: 64, rate: 20000},
		{Case: micros("POST 1 KB", "64 connections, POST of 1 KiB", goal("fasthttp", 0.66)),
			request: post("/upload", body(kilo)), expect: length(kilo), conns: 64, needs: needContent},
		{Case: micros("POST 1 MB", "16 connections, POST of 1 MiB", goal("fasthttp", 0.6)),
			request: post("/upload", body(mega)), expect: length(mega), conns: 16, needs: needContent},
		{Case: micros("chunked 16 KB", "16 connections, POST of 1 MiB in chunks of 16 KiB", goal("fasthttp", 0.4)),
			request: postChunked("/upload", body(mega), 16*kilo), expect: length(mega), conns: 16, needs: needContent, compare: needCount},
		{Case: micros("chunked 512 B", "16 connections, POST of 1 MiB in chunks of 512 B", goal("fasthttp", 0.25)),
			request: postChunked("/upload", body(mega), 512), expect: length(mega), conns: 16, needs: needContent, compare: needCount},
		{Case: micros("gzip 100 KB", "16 connections, POST of 100 KiB of text, gzip", goal("fasthttp", 0.8)),
			request: post("/gz", gzipped(text(textSize)), "Content-Encoding: gzip\r\n"), expect: length(textSize), conns: 16, needs: needGzip},
		{Case: micros("GET 1 MB", "16 connections, response of 1 MiB", goal("fasthttp", 0.95)),
			request: get("/big"), length: endpoint.BigLength, conns: 16, needs: needBig},
		{Case: micros("churn", "a connection per request, 64 at a time", goal("fasthttp", 0.8)),
			request: get("/plaintext", "Connection: close\r\n"), expect: hello, conns: 64, perConnection: true, needs: needClose},
		{Case: micros("TLS 64", "64 connections over TLS 1.3, GET /plaintext"),
			request: plain, expect: hello, conns: 64, tls: true, needs: needTLS},
		{Case: result.Case{Name: "idle", Title: "10 000 idle connections: resident memory of each", Unit: result.Kibibytes, Goals: []result.Goal{
			{Server: "h1wire raw", Limit: 4}, {Server: "h1wire loop", Limit: 0.5}}},
			request: plain, expect: hello, conns: 10000, idle: true, needs: needContent},
		{Case: micros("client 64", "client: 64 connections, GET /plaintext", result.Goal{Server: "h1wire client", Peer: "fasthttp client", Ratio: 0.7}),
			conns: 64, client: true},
		{Case: micros("client pipelined 16", "client: 64 connections, 16 requests pipelined", result.Goal{Server: "h1wire client", Peer: "fasthttp client", Ratio: 0.15}),
			conns: 64, depth: 16, client: true, needs: needPipelining},
	}
}
