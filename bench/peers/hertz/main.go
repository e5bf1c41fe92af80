// Command hertz is the peer server of github.com/cloudwego/hertz, on its own
// event loop (netpoll); with TLS on the standard library's connections, which
// is what hertz does itself.
package main

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"strconv"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/app/server"
	"github.com/cloudwego/hertz/pkg/common/compress"
	"github.com/cloudwego/hertz/pkg/common/config"
	"github.com/cloudwego/hertz/pkg/common/hlog"

	"github.com/h1wire/h1wire/bench/peers/endpoint"
)

func main() {
	o := endpoint.Flags()
	hlog.SetOutput(io.Discard)
	opts := []config.Option{
		server.WithHostPorts(o.Addr),
		server.WithMaxRequestBodySize(endpoint.MaxBody),
		server.WithDisablePrintRoute(true),
	}
	if o.Timeouts {
		opts = append(opts, server.WithReadTimeout(endpoint.ReadTimeout), server.WithWriteTimeout(endpoint.WriteTimeout),
			server.WithIdleTimeout(endpoint.IdleTimeout))
	}
	if o.Cert != "" {
		pair, err := tls.LoadX509KeyPair(o.Cert, o.Key)
		if err != nil {
			log.Fatal(err)
		}
		opts = append(opts, server.WithTLS(&tls.Config{Certificates: []tls.Certificate{pair}}))
	}
	h := server.New(opts...)
	h.GET("/plaintext", func(_ context.Context, c *app.RequestContext) {
		answer(c, endpoint.Plaintext)
	})
	h.GET("/big", func(_ context.Context, c *app.RequestContext) {
		c.SetContentType("text/plain")
		c.Response.SetBodyRaw(endpoint.Big)
	})
	h.POST("/upload", func(_ context.Context, c *app.RequestContext) {
		answer(c, strconv.Itoa(len(c.Request.Body())))
	})
	h.POST("/gz", func(_ context.Context, c *app.RequestContext) {
		body, err := compress.AppendGunzipBytes(nil, c.Request.Body())
		if err != nil {
			c.String(400, err.Error())
			return
		}
		answer(c, strconv.Itoa(len(body)))
	})
	h.NoRoute(func(_ context.Context, c *app.RequestContext) {
		c.SetStatusCode(200)
		c.Response.SetBody(c.Request.Body())
	})
	if err := h.Run(); err != nil {
		log.Fatal(err)
	}
}

func answer(c *app.RequestContext, body string) {
	c.SetContentType("text/plain")
	c.Response.SetBodyString(body)
}
