// Package endpoint holds what all servers of the suite have in common: the
// flags, and the resources that they serve.
//
//	GET  /plaintext  Hello, World! as text/plain, with Server and Date
//	GET  /big        BigLength octets
//	POST /upload     the length of the content, in decimal
//	POST /gz         the length of the content once decoded from gzip, in decimal
//	anything else    200 with the content of the request
package endpoint

import (
	"bytes"
	"flag"
	"log"
	"net"
	"time"
)

// Plaintext is the content of /plaintext.
const Plaintext = "Hello, World!"

// BigLength is the length of /big.
const BigLength = 1 << 20

// Big is the content of /big.
var Big = bytes.Repeat([]byte{'x'}, BigLength)

// The timeouts of a server that was told to have them: those that h1wire has
// when it is told nothing.
const (
	ReadTimeout  = time.Minute
	WriteTimeout = time.Minute
	IdleTimeout  = 2 * time.Minute
)

// MaxBody is the largest content that a server has to take.
const MaxBody = 100 << 20

// Options are the flags of a peer.
type Options struct {
	Addr     string
	Timeouts bool   // read, write and idle timeouts, where the peer has them off by default
	Cert     string // certificate and key files in PEM; both empty: no TLS
	Key      string
}

// Flags parses the command line.
func Flags() *Options {
	o := new(Options)
	flag.StringVar(&o.Addr, "addr", "127.0.0.1:8080", "`address` to listen on")
	flag.BoolVar(&o.Timeouts, "timeouts", false, "set read, write and idle timeouts")
	flag.StringVar(&o.Cert, "tls-cert", "", "certificate `file`: serve TLS")
	flag.StringVar(&o.Key, "tls-key", "", "key `file`")
	flag.Parse()
	return o
}

// Listen opens the listener or ends the program.
func (o *Options) Listen() net.Listener {
	l, err := net.Listen("tcp", o.Addr)
	if err != nil {
		log.Fatal(err)
	}
	return l
}
