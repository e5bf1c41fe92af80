// Command nethttp is the peer server of Go's net/http.
package main

import (
	"compress/gzip"
	"io"
	"log"
	"net/http"
	"strconv"

	"github.com/h1wire/h1wire/bench/peers/endpoint"
)

func main() {
	o := endpoint.Flags()
	s := &http.Server{Handler: http.HandlerFunc(serve)}
	if o.Timeouts {
		s.ReadTimeout, s.WriteTimeout, s.IdleTimeout = endpoint.ReadTimeout, endpoint.WriteTimeout, endpoint.IdleTimeout
	}
	if o.Cert != "" {
		// HTTP/1 alone is compared.
		s.Protocols = new(http.Protocols)
		s.Protocols.SetHTTP1(true)
		log.Fatal(s.ServeTLS(o.Listen(), o.Cert, o.Key))
	}
	log.Fatal(s.Serve(o.Listen()))
}

func serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Server", "net/http")
	switch r.URL.Path {
	case "/plaintext":
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("Content-Length", strconv.Itoa(len(endpoint.Plaintext)))
		io.WriteString(w, endpoint.Plaintext)
	case "/big":
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("Content-Length", strconv.Itoa(endpoint.BigLength))
		w.Write(endpoint.Big)
	case "/upload":
		answerLength(w, r.Body)
	case "/gz":
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		answerLength(w, z)
	default:
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Write(body)
	}
}

// answerLength reads r to its end and answers with its length.
func answerLength(w http.ResponseWriter, r io.Reader) {
	n, err := io.Copy(io.Discard, r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/plain")
	io.WriteString(w, strconv.FormatInt(n, 10))
}
