// Package conn is HTTP/1 over connections: a server's and a client's side of one,
// [ServerConn] and [ClientConn], and what stands on them, [Server] and [Client].
//
// # Layers
//
// Package parser says where a message's parts are. This package decides what they
// mean for the connection: how a body is framed, when a peer is too slow or sends
// too much, whether the connection persists, and what is answered to those who
// break HTTP. The core does no I/O: it takes octets in and puts octets out, and a
// [Driver] moves them.
//
// Applications are told by delegates, and answer through a [Conn]. Nothing is
// copied on the way: slices given to a callback are views of the connection's
// buffer, valid until the callback returns. In steady state an exchange allocates
// nothing.
//
// # Where to begin
//
// The examples are whole programs: api is a server with routes, content and limits;
// gateway hands requests on, content, trailers and upgrades included, and shows what a
// [PullDelegate] is for; that of [ExchangeDelegate] is an access log; that of
// [ClientConn] named pipelining is a load generator's loop.
//
// # Tornado's names
//
// What this package does follows Tornado's http1connection, made strict. Its
// names, and ours:
//
//	HTTP1ConnectionParameters    Params
//	  no_keep_alive              Params.NoKeepAlive
//	  chunk_size                 Params.ChunkSize
//	  max_header_size            Params.MaxHeaderSize
//	  header_timeout             Params.HeaderTimeout, and IdleTimeout before the first octet
//	  max_body_size              Params.MaxBodySize
//	  body_timeout               Params.BodyTimeout, and MinBodyRate
//	  decompress                 Params.Decompress
//	HTTP1Connection              ClientConn; Conn on a server
//	  (stream, is_client, …)     NewClient, NewServerConn
//	  context                    Params.AppContext, Conn.AppContext
//	  read_response              ClientConn.ReadResponse
//	  write_headers              Conn.WriteHeaders, ClientConn.WriteHeaders
//	  write                      Conn.Write, ClientConn.Write
//	  finish                     Conn.Finish, ClientConn.Finish; FinishTrailers
//	  set_close_callback         Conn.SetCloseCallback; rather Conn.Context
//	  detach                     Conn.Detach, ClientConn.Detach
//	  set_body_timeout           Conn.SetBodyTimeout
//	  set_max_body_size          Conn.SetMaxBodySize
//	  close                      ServerConn.Close, ClientConn.Close
//	HTTP1ServerConnection        ServerConn
//	  start_serving              ServerConn.Serve
//	  close                      ServerConn.Close, and Shutdown
//	HTTPServerConnectionDelegate ServerDelegate
//	  start_request              ServerDelegate.StartRequest
//	  on_close                   ServerDelegate.OnClose
//	HTTPMessageDelegate          MessageDelegate
//	  headers_received           MessageDelegate.HeadersReceived
//	  data_received              MessageDelegate.DataReceived
//	  finish                     MessageDelegate.Finish
//	  on_connection_close        MessageDelegate.OnConnectionClose
//	RequestStartLine             StartLine, of RequestLine
//	ResponseStartLine            StartLine, of StatusLine
//	HTTPHeaders                  Fields, received; Header, to send
//	HTTPInputError               InputError
//	HTTPOutputError              OutputError
package conn
