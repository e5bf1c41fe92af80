// Package nethttp serves an [http.Handler], and works for an [http.Client], over
// this library's connections:
//
//	err := nethttp.Serve(listener, handler)
//	client := &http.Client{Transport: new(nethttp.Transport)}
//
// Nothing that a handler or a caller may keep is ever used again: not the Request, its
// Header, URL, Body or context, not the ResponseWriter, not a Response. One
// allocation holds most of them together, and their strings are parts of one copy
// of the head, or, for fields that a client sends again, of the head before.
//
// A handler runs on the goroutine of its connection. Its context costs nothing
// until somebody waits for it; from then on the connection looks whether the peer
// has left. What a handler writes is sent when it returns, when it flushes, when
// it waits for content, and when 64 KiB are ready.
//
// # What differs from net/http
//
// Everything else is meant to be the same, and tests hold both beside each other.
// Each row has a test of its name in TestDifferences.
//
// The server:
//
//	row              net/http                        here                             because
//	syntax           bare LF, obs-fold and more      400, and the connection closes   RFC 9112 §2.2, §5.2: others would read another message
//	framing          chunked beside Content-Length   400, and the connection closes   RFC 9112 §6.1: request smuggling
//	target host      400 if it is an IPvFuture or    is served                        RFC 9112 §3.2.2: a server MUST accept it
//	                 percent-encoded ASCII
//	head size        1 MiB                           64 KiB and 128 fields, Params    a head needs no more; 431 beyond
//	timeouts         none unless set                 those of conn.Params             a peer must not hold a connection for ever
//	version          HTTP/1.0 to an HTTP/1.0 client  HTTP/1.1                         RFC 9110 §2.5: one's own version
//	1xx to 1.0       sent                            not sent                         RFC 9110 §15.2: MUST NOT
//	205              sent with content               Write fails, as for 204          RFC 9110 §15.3.6: MUST NOT
//	CONNECT          a 2xx is sent with content      Write fails, as for 204          RFC 9110 §9.3.6: a tunnel is there at once
//	101              sent with or without Upgrade    500 without                      RFC 9110 §15.2.2: MUST
//	reason phrase    "status code 299"; 416's of     none; 416's of RFC 9110          RFC 9112 §4: means nothing
//	                 RFC 2616
//	date             nil suppresses it               always sent                      RFC 9110 §6.6.1: MUST
//	coding           the handler's Transfer-         is ignored                       RFC 9112 §7: identity is gone, and the connection
//	                 Encoding counts                                                  frames
//	bad length       a malformed Content-Length may  is dropped                       RFC 9110 §8.6
//	                 be sent
//	close            "close, keep-alive" of the      closes, and says only that       RFC 9112 §9.3: close wins
//	                 handler stays open
//	excess           none of the write that goes     what fits is sent, then the      conn's rule for every excess
//	                 beyond Content-Length is sent   connection closes
//	octets           control octets in values go     become spaces                    RFC 9110 §5.5
//	                 out, but for CR and LF
//	broken content   200 if the handler does not     400 or 413, or closes            a message that was cut short was not served
//	                 look at Body's error
//	duplex           content is read and dropped     Body can be read while the       a handler loses nothing behind its back
//	                 before the response begins      response is written
//	too much         MaxBytesReader closes the       the rest is dropped, and beyond  its way to tell is not exported
//	                 connection                      256 KiB the connection closes
//	h2               offered unless turned off       handed to net/http if TLSConfig  this is a library for HTTP/1
//	                                                 offers it
//	server key       the server                      an http.Server, that of h2       its type is net/http's
//	keep-alives      SetKeepAlivesEnabled, any time  Params.NoKeepAlive, from the     Shutdown is for ending
//	                                                 beginning
//
// Log records go to Logger, not to ErrorLog; timeouts, and the limits of a head, are
// fields of Params. TLSNextProto is not there.
//
// The transport:
//
//	row              net/http                        here                             because
//	responses        bare LF and more are taken      an error                         RFC 9112 §2.2, §6.1: response splitting
//	cut off          content that ends with a TLS    an error, io.ErrUnexpectedEOF    RFC 9112 §9.8: it may not be all
//	                 connection needs no closure
//	                 alert
//	requests         a bad Host or target, or Upgrade  an error; TE gets its          RFC 9112 §3.2, RFC 9110 §7.8, §10.1.4
//	                 alone, is sent                  Connection
//	trailers         sent if ContentLength is not    sent in any case, in chunks      they were set to be sent
//	                 known
//	long body        an error, after the request was  an error before it, from        no octet beyond the length is any of the request's
//	                 sent                            memory; else the rest is left
//	unknown length   a probe of 200 ms for content   chunked                          no request waits for a timer
//	non-ASCII host   made Punycode                   an error                         golang.org/x/net/idna is not among the dependencies
//	socks5           supported                       an error; see DialContext        the same
//	user agent       Go-http-client/1.1              h1wire                           RFC 9110 §10.1.5: who sends it
//	expect           content is sent at once unless  waits for Params.ExpectTimeout   RFC 9110 §10.1.1: that is what it is for
//	                 ExpectContinueTimeout is set
//	expect nothing   Expect is sent without content  is left out then                 RFC 9110 §10.1.1: MUST NOT
//	expect refused   a 417 is returned               the request is sent again        RFC 9110 §10.1.1: SHOULD
//	                                                 without Expect, if it can be
//	tunnel           a 2xx to CONNECT has a Body     and that is an io.ReadWriteCloser  otherwise one could not use it
//	                 to read                         like that of a 101
//	Cancel           Request.Cancel is heeded        the context only                 deprecated since Go 1.7
//
// Of [http.Transport]'s fields and methods those are not there that are for HTTP/2
// or deprecated, and MaxIdleConns (MaxIdleConnsPerHost is), OnProxyConnectResponse,
// RegisterProtocol and Clone. IdleConnTimeout, ExpectContinueTimeout,
// TLSHandshakeTimeout, DisableKeepAlives and MaxResponseHeaderBytes are IdleTimeout,
// ExpectTimeout, HeaderTimeout, NoKeepAlive and MaxHeaderSize of Params.
package nethttp
