package nethttp

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"math"
	"net"
	"net/http"
	"slices"
	"sync"

	"github.com/h1wire/h1wire/conn"
)

// Server serves an [http.Handler] over this library. Its fields are set before
// the first Serve and not changed after it; the zero value of each is useful.
type Server struct {
	Addr    string       // of ListenAndServe, "host:port"; default ":http", or ":https" for TLS
	Handler http.Handler // default: http.DefaultServeMux

	// Params are limits and timeouts. MaxBodySize has no default here: handlers
	// take content by reading, and bound it themselves ([http.MaxBytesReader]).
	// Decompress hides Content-Encoding and Content-Length from handlers.
	Params conn.Params

	// TLSConfig is for ServeTLS. If its NextProtos has "h2", connections that
	// negotiate it are handed to net/http's own server.
	TLSConfig *tls.Config

	// Driver moves the octets; default: conn.Auto. conn.Loop keeps no goroutine for
	// an idle connection; handlers run on goroutines of their own all the same.
	Driver conn.Driver

	MaxConns           int // see conn.Server; 0: no limit
	MaxConnsPerAddr    int // see conn.Server; 0: no limit
	MaxRequestsPerConn int // see conn.Server; 0: no limit

	// BaseContext returns the context that everything on l has for a parent.
	BaseContext func(l net.Listener) context.Context
	// ConnContext returns the parent of the context of every request on nc.
	ConnContext func(ctx context.Context, nc net.Conn) context.Context
	// ConnState is told of every change of a connection's state.
	ConnState func(nc net.Conn, state http.ConnState)

	// Logger gets panics of handlers and errors of connections. Default:
	// slog.Default().
	Logger *slog.Logger

	// DisableGeneralOptionsHandler passes "OPTIONS *" to Handler; otherwise it
	// is answered 200.
	DisableGeneralOptionsHandler bool

	once       sync.Once
	handler    http.Handler
	core       conn.Server
	other      *http.Server // serves h2; also the value of http.ServerContextKey
	handover   *handover
	log        *slog.Logger
	mu         sync.Mutex
	onShutdown []func()
}

// Serve serves h on l with default parameters. It returns when l fails.
func Serve(l net.Listener, h http.Handler) error {
	s := &Server{Handler: h}
	return s.Serve(l)
}

// ServeTLS is Serve over TLS, with a certificate and its key from two files.
func ServeTLS(l net.Listener, h http.Handler, certFile, keyFile string) error {
	s := &Server{Handler: h}
	return s.ServeTLS(l, certFile, keyFile)
}

// ListenAndServe listens on Addr and serves.
func (s *Server) ListenAndServe() error {
	l, err := listen(s.Addr, ":http")
	if err != nil {
		return err
	}
	return s.Serve(l)
}

// ListenAndServeTLS listens on Addr and serves as ServeTLS does.
func (s *Server) ListenAndServeTLS(certFile, keyFile string) error {
	l, err := listen(s.Addr, ":https")
	if err != nil {
		return err
	}
	return s.ServeTLS(l, certFile, keyFile)
}

func listen(addr, otherwise string) (net.Listener, error) {
	if addr == "" {
		addr = otherwise
	}
	return net.Listen("tcp", addr)
}

// Serve serves on l until l fails, whose error it returns, or until Shutdown or
// Close: then it returns [http.ErrServerClosed]. It closes l.
func (s *Server) Serve(l net.Listener) error {
	s.begin()
	err := s.core.Serve(l)
	if errors.Is(err, conn.ErrServerClosed) {
		return http.ErrServerClosed
	}
	return err
}

// ServeTLS is Serve over TLS. The certificate is that of TLSConfig, or read from
// the files, in PEM, if they are named.
func (s *Server) ServeTLS(l net.Listener, certFile, keyFile string) error {
	s.begin()
	config := &tls.Config{}
	if s.TLSConfig != nil {
		config = s.TLSConfig.Clone()
	}
	if !slices.Contains(config.NextProtos, "http/1.1") {
		config.NextProtos = append(config.NextProtos, "http/1.1")
	}
	if certFile != "" || keyFile != "" {
		certificate, err := tls.LoadX509KeyPair(certFile, keyFile)
		if err != nil {
			_ = l.Close()
			return err
		}
		config.Certificates = []tls.Certificate{certificate}
	}
	return s.Serve(tls.NewListener(l, config))
}

// Shutdown ends gracefully, as conn.Server.Shutdown does: hijacked connections
// are left alone and not waited for.
func (s *Server) Shutdown(ctx context.Context) error {
	s.begin()
	s.mu.Lock()
	hooks := s.onShutdown
	s.mu.Unlock()
	for _, f := range hooks {
		go f()
	}
	return errors.Join(s.handover.shutdown(ctx), s.core.Shutdown(ctx))
}

// Close closes listeners and connections, but for hijacked ones, at once.
func (s *Server) Close() error {
	s.begin()
	return errors.Join(s.handover.close(), s.core.Close())
}

// RegisterOnShutdown has f called, on a goroutine of its own, when Shutdown
// begins: to end hijacked connections.
func (s *Server) RegisterOnShutdown(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onShutdown = append(s.onShutdown, f)
}

// begin makes what serves, once.
func (s *Server) begin() {
	s.once.Do(func() {
		s.log = s.Logger
		if s.log == nil {
			s.log = slog.Default()
		}
		s.handler = s.Handler
		if s.handler == nil {
			s.handler = http.DefaultServeMux
		}
		s.other = &http.Server{
			Addr: s.Addr, Handler: s.handler, ConnState: s.ConnState, ConnContext: s.ConnContext,
			ErrorLog:                     slog.NewLogLogger(s.log.Handler(), slog.LevelError),
			DisableGeneralOptionsHandler: s.DisableGeneralOptionsHandler,
		}
		s.handover = newHandover(s.other)
		params := s.Params
		if params.MaxBodySize == 0 {
			params.MaxBodySize = math.MaxInt64
		}
		if params.MinBodyRate == 0 {
			params.MinBodyRate = -1 // handlers set deadlines; net/http has no rate
		}
		s.core = conn.Server{
			Params: params, Delegate: service{}, Logger: s.log,
			Driver: s.Driver, MaxConns: s.MaxConns, MaxConnsPerAddr: s.MaxConnsPerAddr,
			MaxRequestsPerConn: s.MaxRequestsPerConn,
			NextProto:          map[string]func(context.Context, *tls.Conn){"h2": s.handover.serve},
			ConnContext:        s.connContext,
		}
		if s.BaseContext != nil {
			s.core.BaseContext = s.baseContext
		}
		if s.ConnState != nil {
			s.core.ConnState = s.connState
		}
	})
}
