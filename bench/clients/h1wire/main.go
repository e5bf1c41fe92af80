// Command h1wire is h1wire's client: a conn.ClientConn per connection.
package main

import (
	"fmt"
	"net"

	"github.com/h1wire/h1wire/bench/clients/drive"
	"github.com/h1wire/h1wire/conn"
)

func main() {
	drive.Main(func(o *drive.Options) ([]drive.Worker, error) {
		workers := make([]drive.Worker, o.Conns)
		for i := range workers {
			nc, err := net.Dial("tcp", o.Addr)
			if err != nil {
				return nil, err
			}
			cc, err := conn.NewClient(nc, nil)
			if err != nil {
				return nil, err
			}
			workers[i] = exchanges(cc, o)
		}
		return workers, nil
	})
}

// exchanges returns a worker that sends as many requests as are to be under
// way and then reads their responses.
func exchanges(cc *conn.ClientConn, o *drive.Options) drive.Worker {
	var fields conn.Header
	fields.Add("Host", o.Addr)
	request := conn.RequestLine("GET", "/plaintext")
	var d delegate
	return func() (int, error) {
		for range o.Depth {
			if err := cc.Send(request, &fields, nil); err != nil {
				return 0, err
			}
		}
		for n := range o.Depth {
			d = delegate{}
			if _, err := cc.ReadResponse(&d); err != nil {
				return n, err
			}
			if d.status != 200 || d.length != drive.Length {
				return n, fmt.Errorf("status %d, %d octets", d.status, d.length)
			}
		}
		return o.Depth, nil
	}
}

// delegate notes what is checked of a response.
type delegate struct {
	status, length int
}

func (d *delegate) HeadersReceived(start *conn.StartLine, _ *conn.Fields) error {
	d.status = start.Status
	return nil
}

func (d *delegate) DataReceived(p []byte) error {
	d.length += len(p)
	return nil
}

func (d *delegate) Finish() error           { return nil }
func (d *delegate) OnConnectionClose(error) {}
