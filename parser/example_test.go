package parser_test

import (
	"errors"
	"fmt"

	"github.com/h1wire/h1wire/parser"
)

func ExampleRequestHead() {
	b := []byte("POST /upload?name=x HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\n\r\nhello")

	var h parser.RequestHead
	n, err := h.Parse(b, nil) // 0, nil would mean: call again with more octets
	if err != nil {
		panic(err)
	}
	framing, err := h.Framing(b)
	if err != nil {
		panic(err)
	}
	fmt.Println(h.Method, string(h.Target.Bytes(b)), h.Version)
	for name, value := range h.Fields.All(b) {
		fmt.Printf("%s: %s\n", name, value)
	}
	fmt.Printf("%s\n", b[n:][:framing.Length])
	// Output:
	// POST /upload?name=x HTTP/1.1
	// Host: a.example
	// Content-Length: 5
	// hello
}

func ExampleError() {
	var h parser.RequestHead
	_, err := h.Parse([]byte("GET / HTTP/1.1\r\nHost : a.example\r\n\r\n"), nil)

	var e *parser.Error
	if errors.As(err, &e) {
		fmt.Println("status", e.Status(), "at octet", e.Offset, "by", e.Section())
	}
	// Output:
	// status 400 at octet 20 by RFC 9112 §5.1
}

func ExampleChunkedBody() {
	b := []byte("5\r\nhello\r\n7;why=not\r\n, world\r\n0\r\n\r\n")

	var c parser.ChunkedBody
	for !c.Done() {
		data, n, err := c.Next(b, nil)
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s", data)
		b = b[n:]
	}
	var trailer parser.FieldSection
	n, err := trailer.Parse(b, nil)
	fmt.Println("", trailer.Len(), len(b)-n, err)
	// Output:
	// hello, world 0 0 <nil>
}
