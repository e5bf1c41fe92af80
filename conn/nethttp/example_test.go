package nethttp_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/h1wire/h1wire/conn/nethttp"
)

// A handler of net/http is served, and a client of net/http sends requests, over
// this library.
func Example() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	s := &nethttp.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "Hello, %s!", r.URL.Query().Get("name"))
	})}
	go func() { _ = s.Serve(l) }()

	c := &http.Client{Transport: new(nethttp.Transport)}
	resp, err := c.Get("http://" + l.Addr().String() + "/?name=World")
	if err != nil {
		panic(err)
	}
	b, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	fmt.Println(resp.Status, string(b))

	c.CloseIdleConnections()
	_ = s.Shutdown(context.Background())
	// Output: 200 OK Hello, World!
}
