// Package nethttp holds what nethttp is measured and tested with beyond the
// standard library: the same handlers for net/http's server and for ours, and
// tests with routers and websockets of others.
package nethttp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

// record is what the JSON answer is made of: 1 KB when it is encoded.
type record struct {
	ID    int      `json:"id"`
	Name  string   `json:"name"`
	Tags  []string `json:"tags"`
	Notes string   `json:"notes"`
}

var (
	hello   = []byte("Hello, World!")
	body64K = bytes.Repeat([]byte("h1wire  "), 8<<10)
	example = record{42, "h1wire", []string{"http", "one", "wire"}, strings.Repeat("x", 943)}
)

// Handlers returns the handlers that both servers are measured with. The plaintext
// one stands before the ServeMux, which would cost it as much as it costs itself.
func Handlers() http.Handler {
	mux := others()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/plaintext" {
			mux.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/plain")
		_, _ = w.Write(hello)
	})
}

func others() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(&example)
	})
	mux.HandleFunc("/64k", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write(body64K)
	})
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = io.Copy(w, r.Body)
	})
	mux.HandleFunc("/mallocs", func(w http.ResponseWriter, _ *http.Request) {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		fmt.Fprint(w, m.Mallocs)
	})
	mux.HandleFunc("/memory", func(w http.ResponseWriter, _ *http.Request) {
		var m runtime.MemStats
		for range 3 {
			runtime.GC()
		}
		runtime.ReadMemStats(&m)
		fmt.Fprint(w, m.HeapInuse+m.StackInuse)
	})
	mux.Handle("/chi/", router())
	return mux
}

// router is a chi router with three middlewares.
func router() http.Handler {
	r := chi.NewRouter()
	r.Use(middleware.GetHead, middleware.RequestID, middleware.Recoverer)
	r.Get("/chi/users/{id}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, chi.URLParam(r, "id"))
	})
	return r
}
