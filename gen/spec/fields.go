package spec

// Fields are the field names that this library itself has to find: FieldIDs, in
// this order, from 1. There is room for 16, which one register of a kernel holds.
var Fields = []Field{
	{"Host", "Host", Routes, true, "RFC 9110 §7.2", `Host = uri-host [ ":" port ]`},
	{"Content-Length", "ContentLength", Frames, true, "RFC 9110 §8.6", `Content-Length = 1*DIGIT`},
	{"Transfer-Encoding", "TransferEncoding", Frames, true, "RFC 9112 §6.1", `Transfer-Encoding = #transfer-coding`},
	{"Connection", "Connection", Connects, true, "RFC 9110 §7.6.1", `Connection = #connection-option`},
	{"Keep-Alive", "KeepAlive", Connects, true, "RFC 2068 §19.7.1.1", `Keep-Alive = 1#keepalive-param`},
	{"Proxy-Connection", "ProxyConnection", Connects, true, "RFC 9112 Appendix C.2.2", `Proxy-Connection = #connection-option`},
	{"Upgrade", "Upgrade", Connects, true, "RFC 9110 §7.8", `Upgrade = #protocol`},
	{"Expect", "Expect", Controls, true, "RFC 9110 §10.1.1", `Expect = #expectation`},
	{"TE", "TE", Connects, true, "RFC 9110 §10.1.4", `TE = #t-codings`},
	{"Trailer", "Trailer", Frames, true, "RFC 9110 §6.6.2", `Trailer = #field-name`},
	{"Content-Encoding", "ContentEncoding", Decodes, true, "RFC 9110 §8.4", `Content-Encoding = #content-coding`},
	{"Date", "Date", 0, false, "RFC 9110 §6.6.1", `Date = HTTP-date`},
	{"Server", "Server", 0, false, "RFC 9110 §10.2.4", `Server = product *( RWS ( product / comment ) )`},
	{"Content-Type", "ContentType", 0, false, "RFC 9110 §8.3", `Content-Type = media-type`},
}
