// Command fasthttp is the peer client of github.com/valyala/fasthttp: its
// HostClient, or its PipelineClient when more than one request is to be under way.
package main

import (
	"fmt"

	"github.com/valyala/fasthttp"

	"github.com/h1wire/h1wire/bench/clients/drive"
)

// doer is what both of fasthttp's clients are.
type doer interface {
	Do(*fasthttp.Request, *fasthttp.Response) error
}

func main() {
	drive.Main(func(o *drive.Options) ([]drive.Worker, error) {
		var client doer = &fasthttp.HostClient{Addr: o.Addr, MaxConns: o.Conns}
		if o.Depth > 1 {
			client = &fasthttp.PipelineClient{Addr: o.Addr, MaxConns: o.Conns, MaxPendingRequests: o.Conns * o.Depth}
		}
		// One goroutine per request under way: each waits for its own.
		workers := make([]drive.Worker, o.Conns*o.Depth)
		for i := range workers {
			workers[i] = get(client, "http://"+o.Addr+"/plaintext")
		}
		return workers, nil
	})
}

func get(client doer, url string) drive.Worker {
	var request fasthttp.Request
	var response fasthttp.Response
	request.SetRequestURI(url)
	return func() (int, error) {
		if err := client.Do(&request, &response); err != nil {
			return 0, err
		}
		if response.StatusCode() != fasthttp.StatusOK || len(response.Body()) != drive.Length {
			return 0, fmt.Errorf("status %d, %d octets", response.StatusCode(), len(response.Body()))
		}
		return 1, nil
	}
}
