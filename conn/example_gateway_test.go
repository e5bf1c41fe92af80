package conn_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"

	"github.com/h1wire/h1wire/conn"
	"github.com/h1wire/h1wire/parser"
)

// gateway hands every request on to one origin server, and the response back, both
// as they come.
type gateway struct {
	client conn.Client
	origin string // host and port
}

func (g *gateway) StartRequest(_ *conn.ServerConn, c conn.Conn) conn.MessageDelegate {
	return &forwarding{Conn: c, gateway: g}
}

func (g *gateway) OnClose(*conn.ServerConn) {}

// forwarding is one exchange. It takes the content by Conn.Read, which is what the
// Client reads it from: a client is read no faster than the origin server reads.
type forwarding struct {
	conn.Conn
	gateway *gateway
	trailer conn.Header // of the request
}

func (f *forwarding) PullsBody() bool { return true }

func (f *forwarding) HeadersReceived(start *conn.StartLine, fields *conn.Fields) error {
	var head conn.Header
	fields.ForwardTo(&head)
	switch start.Method {
	case parser.MethodConnect, parser.MethodTrace:
		return f.Reply(conn.StatusLine(501), nil, nil) // a gateway is no proxy, and shows nobody its fields
	case parser.MethodOptions:
		hops, err := strconv.Atoi(fields.String("Max-Forwards")) // RFC 9110 §7.6.2
		switch {
		case err != nil: // there is no limit
		case hops <= 0:
			return f.Reply(conn.StatusLine(204), nil, nil)
		default:
			head.Set("Max-Forwards", strconv.Itoa(hops-1))
		}
	}
	if host := start.Authority(fields); len(host) > 0 {
		head.Set("Host", string(host))
	}
	head.Add("Via", via(start))
	if fields.HasToken("TE", "trailers") {
		head.Add("TE", "trailers")
	}
	if upgrade := fields.String("Upgrade"); upgrade != "" && start.Version == parser.HTTP11 && fields.HasToken("Connection", "upgrade") {
		head.Add("Connection", "upgrade")
		head.Add("Upgrade", upgrade)
	}

	ctx := f.Context() // ends when the client leaves
	resp, err := f.gateway.client.Do(ctx, &conn.Request{
		Method:        string(start.MethodName),
		Target:        string(start.OriginForm()),
		Addr:          f.gateway.origin,
		Header:        &head,
		Body:          f,
		Length:        fields.ContentLength(),
		Trailer:       func() *conn.Header { return &f.trailer },
		Informational: f.informational,
	})
	var failed *conn.RequestError
	switch {
	case err == nil:
	case ctx.Err() != nil, errors.As(err, &failed) && failed.FromBody:
		return err // the client's fault: its connection answers as it should
	case failed.Timeout():
		return f.Reply(conn.StatusLine(504), nil, nil)
	default:
		return f.Reply(conn.StatusLine(502), nil, nil)
	}
	defer resp.Close()
	return f.respond(resp)
}

// via says which version a message came in, and who took it (RFC 9110 §7.6.3).
func via(start *conn.StartLine) string {
	return strings.TrimPrefix(start.Version.String(), "HTTP/") + " gateway"
}

// respond hands the response back.
func (f *forwarding) respond(resp *conn.Response) error {
	var head conn.Header
	resp.Fields.ForwardTo(&head)
	head.Add("Via", via(&resp.StartLine))
	start := conn.StartLine{Status: resp.Status, Reason: resp.Reason}
	if resp.Status == 101 {
		head.Add("Connection", "upgrade")
		head.Add("Upgrade", resp.Fields.String("Upgrade"))
		if err := f.WriteHeaders(start, &head, nil); err != nil {
			return err
		}
		return f.tunnel(resp)
	}
	if err := f.WriteHeaders(start, &head, nil); err != nil {
		return err
	}
	if _, err := resp.WriteTo(f.Conn); err != nil {
		return err // closes the connection, so nobody takes this for a whole response
	}
	var trailer conn.Header
	if t := resp.Trailer(); t != nil {
		t.ForwardTo(&trailer)
	}
	return f.FinishTrailers(&trailer)
}

// tunnel carries octets both ways until both sides have ended.
func (f *forwarding) tunnel(resp *conn.Response) error {
	origin, fromOrigin, err := resp.Detach()
	if err != nil {
		return err
	}
	client, fromClient, err := f.Detach()
	if err != nil {
		origin.Close()
		return err
	}
	go func() {
		defer client.Close()
		defer origin.Close()
		done := make(chan struct{})
		go func() {
			defer close(done)
			carry(origin, fromClient, client)
		}()
		carry(client, fromOrigin, origin)
		<-done
	}()
	return nil
}

// carry sends first, then what comes from src, and then that this was all.
func carry(dst net.Conn, first []byte, src net.Conn) {
	if _, err := dst.Write(first); err == nil {
		_, _ = io.Copy(dst, src)
	}
	if half, ok := dst.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
}

// informational hands on 103 (Early Hints) and the like. 100 (Continue) the client
// gets when its content is first read.
func (f *forwarding) informational(start *conn.StartLine, fields *conn.Fields) error {
	if start.Status == 100 {
		return nil
	}
	var head conn.Header
	fields.ForwardTo(&head)
	return f.WriteInformational(conn.StatusLine(start.Status), &head)
}

// TrailersReceived comes before the Read that returns io.EOF.
func (f *forwarding) TrailersReceived(fields *conn.Fields) error {
	fields.ForwardTo(&f.trailer)
	return nil
}

func (f *forwarding) DataReceived([]byte) error { return nil } // what nobody read
func (f *forwarding) Finish() error             { return nil }
func (f *forwarding) OnConnectionClose(error)   {}

// A gateway (RFC 9110 §3.7): content is streamed both ways, with its trailers, and
// so are informational responses, upgrades and Expect; a client that leaves ends the
// request to the origin server.
func Example_gateway() {
	serve := func(d conn.ServerDelegate) (s *conn.Server, addr string) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			panic(err)
		}
		s = &conn.Server{Delegate: d}
		go s.Serve(l)
		return s, l.Addr().String()
	}
	origin, addr := serve(hello{})
	defer origin.Close()
	g := &gateway{origin: addr}
	defer g.client.Close()
	s, addr := serve(g)
	defer s.Close()

	var client conn.Client
	defer client.Close()
	resp, err := client.Do(context.Background(), &conn.Request{Addr: addr, Target: "/"})
	if err != nil {
		panic(err)
	}
	defer resp.Close()
	fmt.Println(resp.Status, resp.Fields.String("Via"))
	_, _ = resp.WriteTo(os.Stdout)
	// Output:
	// 200 1.1 gateway
	// Hello, World!
}
