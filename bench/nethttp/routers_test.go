package nethttp

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/gorilla/mux"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// answer is what a client sees.
func answer(t *testing.T, c *http.Client, method, url string) string {
	t.Helper()
	r, err := http.NewRequest(method, url, nil)
	require.NoError(t, err)
	r.Header.Set("Origin", "http://other.example")
	r.Header.Set("Accept-Encoding", "gzip")
	resp, err := c.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	resp.Header.Del("Date")
	resp.Header.Del("X-Request-Id")
	var out strings.Builder
	_ = resp.Header.Write(&out)
	return resp.Status + "\n" + out.String() + "\n" + string(b)
}

// alike asks every server the same by every transport.
func alike(t *testing.T, h http.Handler, asks ...string) {
	urls := servers(t, h)
	clients := transports(t)
	for _, ask := range asks {
		method, path, _ := strings.Cut(ask, " ")
		want := answer(t, clients["net/http"], method, urls["net/http"]+path)
		for server, url := range urls {
			for transport, c := range clients {
				assert.Equal(t, want, answer(t, c, method, url+path), "%s by %s at %s", ask, transport, server)
			}
		}
	}
}

func TestChi(t *testing.T) {
	r := chi.NewRouter()
	r.Use(middleware.RequestID, middleware.GetHead, middleware.Recoverer, middleware.Compress(5), middleware.Timeout(time.Minute), middleware.StripSlashes, middleware.Heartbeat("/ping"))
	r.Get("/users/{id}", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "user "+chi.URLParam(r, "id"))
	})
	r.Get("/long", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		for range 1000 {
			_, _ = io.WriteString(w, "<p>a paragraph</p>\n")
		}
	})
	r.Route("/admin", func(r chi.Router) {
		r.Use(middleware.BasicAuth("x", map[string]string{"a": "b"}))
		r.Get("/", func(http.ResponseWriter, *http.Request) {})
	})
	r.With(middleware.Throttle(1)).Get("/throttled", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(202) })
	r.Get("/wrapped", func(w http.ResponseWriter, r *http.Request) {
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		_, _ = io.WriteString(ww, "wrapped")
		ww.(http.Flusher).Flush()
	})
	alike(t, r, "GET /users/42", "GET /users/42/", "GET /long", "HEAD /users/42", "POST /users/42", "GET /none",
		"GET /admin/", "GET /throttled", "GET /ping", "GET /wrapped", "OPTIONS /users/42")
}

func TestGorillaMux(t *testing.T) {
	r := mux.NewRouter().StrictSlash(true)
	order := func(name string) mux.MiddlewareFunc {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Add("X-Order", name)
				next.ServeHTTP(w, r)
			})
		}
	}
	r.Use(order("first"), order("second"), mux.CORSMethodMiddleware(r))
	r.HandleFunc("/users/{id:[0-9]+}", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "user "+mux.Vars(r)["id"])
	}).Methods("GET", "OPTIONS")
	r.PathPrefix("/static/").Handler(http.StripPrefix("/static/", http.FileServer(http.Dir("."))))
	r.HandleFunc("/dir/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })
	r.Handle("/slow", http.TimeoutHandler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), 5*time.Millisecond, "too slow"))
	alike(t, r, "GET /users/42", "GET /users/x", "POST /users/42", "OPTIONS /users/42", "GET /static/handlers.go",
		"GET /dir", "GET /dir/", "GET /slow", "GET /none")
}
