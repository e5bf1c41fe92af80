// Command nethttp is the peer client of Go's net/http.
package main

import (
	"fmt"
	"io"
	"net/http"

	"github.com/h1wire/h1wire/bench/clients/drive"
)

func main() {
	drive.Main(func(o *drive.Options) ([]drive.Worker, error) {
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: o.Conns, MaxConnsPerHost: o.Conns}}
		workers := make([]drive.Worker, o.Conns)
		for i := range workers {
			workers[i] = func() (int, error) { return get(client, "http://"+o.Addr+"/plaintext") }
		}
		return workers, nil
	})
}

func get(client *http.Client, url string) (int, error) {
	r, err := client.Get(url)
	if err != nil {
		return 0, err
	}
	defer r.Body.Close()
	n, err := io.Copy(io.Discard, r.Body)
	if err != nil {
		return 0, err
	}
	if r.StatusCode != http.StatusOK || n != int64(drive.Length) {
		return 0, fmt.Errorf("status %d, %d octets", r.StatusCode, n)
	}
	return 1, nil
}
