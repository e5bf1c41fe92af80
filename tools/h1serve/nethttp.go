package main

import (
	"bytes"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"

	"github.com/h1wire/h1wire/conn/nethttp"
)

// newHTTPServer returns what serves the same resources through package nethttp.
func newHTTPServer(cfg config, secure *tls.Config, log *slog.Logger) (*httpServer, error) {
	h := http.Handler(http.HandlerFunc(echo))
	if !cfg.echo {
		mux := http.NewServeMux()
		mux.Handle("/plaintext", content("text/plain", hello))
		mux.Handle("/big", content("application/octet-stream", big))
		mux.HandleFunc("/upload", count)
		mux.HandleFunc("/gz", count)
		mux.HandleFunc("/echo", echo)
		if cfg.dir == "" {
			mux.Handle("/{$}", content("text/plain", index))
		} else {
			f, err := openFiles(cfg.dir)
			if err != nil {
				return nil, err
			}
			mux.Handle("/", readOnly(http.FileServerFS(f)))
		}
		h = mux
	}
	s := new(httpServer)
	s.Handler = h
	s.Params.Decompress = !cfg.echo
	s.TLSConfig, s.Driver, s.Logger = secure, cfg.driver, log
	s.DisableGeneralOptionsHandler = cfg.echo
	return s, nil
}

// content answers with the same content each time.
func content(contentType string, p []byte) http.Handler {
	length := strconv.Itoa(len(p))
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Server", "h1wire")
		h.Set("Content-Type", contentType)
		h.Set("Content-Length", length)
		_, _ = w.Write(p)
	})
}

// readOnly has h answer the methods that files have, and no others.
func readOnly(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status := http.StatusMethodNotAllowed
		switch r.Method {
		case http.MethodGet, http.MethodHead:
			h.ServeHTTP(w, r)
			return
		case http.MethodOptions:
			status = http.StatusNoContent
		}
		w.Header().Set("Allow", allowed)
		w.WriteHeader(status)
	})
}

// echo answers with the content of the request. What turns out to be malformed
// must not have been sent back, so all of it is read first.
func echo(w http.ResponseWriter, r *http.Request) {
	var body bytes.Buffer
	if _, err := io.Copy(&body, r.Body); err != nil {
		return // the connection answers
	}
	w.Header().Set("Server", "h1wire")
	if r.Method == http.MethodConnect {
		return // and there is no tunnel behind it
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(body.Len()))
	_, _ = w.Write(body.Bytes())
}

// count answers with the length of the content.
func count(w http.ResponseWriter, r *http.Request) {
	n, err := io.Copy(io.Discard, r.Body)
	if err != nil {
		return
	}
	w.Header().Set("Server", "h1wire")
	w.Header().Set("Content-Type", "text/plain")
	_, _ = io.WriteString(w, strconv.FormatInt(n, 10))
}

// httpServer is a nethttp.Server that serves TLS if it was given a certificate.
type httpServer struct{ nethttp.Server }

func (s *httpServer) Serve(l net.Listener) error {
	if s.TLSConfig != nil {
		return s.ServeTLS(l, "", "")
	}
	return s.Server.Serve(l)
}
