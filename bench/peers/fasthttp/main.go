// Command fasthttp is the peer server of github.com/valyala/fasthttp.
package main

import (
	"log"
	"strconv"

	"github.com/valyala/fasthttp"

	"github.com/h1wire/h1wire/bench/peers/endpoint"
)

func main() {
	o := endpoint.Flags()
	s := &fasthttp.Server{Handler: serve, Name: "fasthttp", MaxRequestBodySize: endpoint.MaxBody}
	if o.Timeouts {
		s.ReadTimeout, s.WriteTimeout, s.IdleTimeout = endpoint.ReadTimeout, endpoint.WriteTimeout, endpoint.IdleTimeout
	}
	if o.Cert != "" {
		log.Fatal(s.ServeTLS(o.Listen(), o.Cert, o.Key))
	}
	log.Fatal(s.Serve(o.Listen()))
}

func serve(ctx *fasthttp.RequestCtx) {
	ctx.SetContentType("text/plain")
	switch string(ctx.Path()) {
	case "/plaintext":
		ctx.SetBodyString(endpoint.Plaintext)
	case "/big":
		ctx.Response.SetBodyRaw(endpoint.Big)
	case "/upload":
		answerLength(ctx, len(ctx.PostBody()))
	case "/gz":
		body, err := ctx.Request.BodyGunzip()
		if err != nil {
			ctx.Error(err.Error(), fasthttp.StatusBadRequest)
			return
		}
		answerLength(ctx, len(body))
	default:
		ctx.SetBody(ctx.PostBody())
	}
}

func answerLength(ctx *fasthttp.RequestCtx, n int) {
	ctx.SetBodyString(strconv.Itoa(n))
}
