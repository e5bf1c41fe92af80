package conn_test

import (
	"context"
	"fmt"
	"io"
	"net"

	"github.com/h1wire/h1wire/conn"
)

func ExampleClient() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	s := &conn.Server{Delegate: hello{}}
	go s.Serve(l)
	defer s.Close()

	var client conn.Client
	defer client.Close()
	resp, err := client.Do(context.Background(), &conn.Request{Addr: l.Addr().String(), Target: "/"})
	if err != nil {
		panic(err)
	}
	defer resp.Close()
	content, err := io.ReadAll(resp)
	fmt.Println(resp.Status, string(content), err)
	// Output:
	// 200 Hello, World! <nil>
}
