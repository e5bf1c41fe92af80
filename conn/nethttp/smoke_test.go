package nethttp

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

func TestSmoke(t *testing.T) {
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	s := &Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %v %d %v %v", r.Method, r.URL, r.Header, r.ContentLength, string(b), err)
	})}
	go s.Serve(l)
	defer s.Close()
	u := "http://" + l.Addr().String()
	for _, body := range []string{"", "hello"} {
		res, err := http.Post(u+"/a?b=c", "text/x", io.MultiReader(strings.NewReader(body)))
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(res.Body)
		t.Log(res, string(b), err)
	}
}

type nopW struct{ h http.Header }

func BenchmarkPlain(b *testing.B) {
	for _, who := range []string{"us", "net/http"} {
		b.Run(who, func(b *testing.B) {
			l, _ := net.Listen("tcp", "127.0.0.1:0")
			h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/plain")
				io.WriteString(w, "Hello, World!")
			})
			if who == "us" {
				s := &Server{Handler: h}
				go s.Serve(l)
				defer s.Close()
			} else {
				s := &http.Server{Handler: h}
				go s.Serve(l)
				defer s.Close()
			}
			c, _ := net.Dial("tcp", l.Addr().String())
			defer c.Close()
			req := []byte(strings.Repeat("GET /plaintext HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: x\r\nAccept: */*\r\n\r\n", 1))
			buf := make([]byte, 4096)
			b.ReportAllocs()
			for b.Loop() {
				c.Write(req)
				c.Read(buf)
			}
		})
	}
}
