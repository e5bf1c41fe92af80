// Package nethttp serves an [net/http.Handler], and works for an
// [net/http.Client], over this library's connections.
package nethttp
