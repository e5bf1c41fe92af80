package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/tools/internal/peers"
)

// Node's client, with an agent that keeps its connections, and its parser on
// what we send in answer to pipelined requests.
const nodeClient = `
const http = require('http'), net = require('net'), assert = require('assert');
const port = +process.argv[2];
const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });
const sockets = new Set();

function request(method, path, body, headers) {
	return new Promise((resolve, reject) => {
		const r = http.request({ host: '127.0.0.1', port, method, path, agent, headers }, (resp) => {
			const parts = [];
			resp.on('data', (p) => parts.push(p));
			resp.on('end', () => resolve({ status: resp.statusCode, headers: resp.headers, body: Buffer.concat(parts) }));
			resp.on('error', reject);
		});
		r.on('socket', (s) => sockets.add(s));
		r.on('error', reject);
		if (Array.isArray(body)) {
			for (const p of body) r.write(p);
			r.end();
		} else {
			r.end(body);
		}
	});
}

(async () => {
	for (let i = 0; i < 100; i++) {
		const r = await request('GET', '/plaintext');
		assert.strictEqual(r.status, 200);
		assert.strictEqual(r.body.toString(), 'Hello, World!');
	}
	const large = Buffer.alloc(1 << 20, 'x');
	let r = await request('POST', '/echo', large, { 'Content-Length': large.length });
	assert(r.body.equals(large));
	r = await request('POST', '/echo', [large, large, 'end']); // chunked
	assert.strictEqual(r.body.length, 2 * large.length + 3);
	r = await request('HEAD', '/big');
	assert.strictEqual(r.headers['content-length'], '1048576');
	assert.strictEqual(r.body.length, 0);
	r = await request('POST', '/upload', large, { Expect: '100-continue' });
	assert.strictEqual(r.body.toString(), '1048576');
	const all = await Promise.all(Array.from({ length: 50 }, (_, i) => request('POST', '/echo', 'body ' + i)));
	all.forEach((r, i) => assert.strictEqual(r.body.toString(), 'body ' + i));
	assert(sockets.size <= 2, sockets.size + ' sockets');
	agent.destroy();
	console.log('good');
})().catch((e) => { console.error(e); process.exit(1); });
`

func TestNodeClient(t *testing.T) {
	for name, cfg := range configs() {
		t.Run(name, func(t *testing.T) {
			s := serveConfig(t, cfg)
			require.Equal(t, "good\n", peers.RunNode(t, nodeClient, portOf(s.addr)))
			require.LessOrEqual(t, s.conns.Load(), int64(2))
		})
	}
}
