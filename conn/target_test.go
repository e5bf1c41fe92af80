package conn

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/parser"
)

func TestTargets(t *testing.T) {
	for _, c := range []struct{ method, target, authority, path, query, origin string }{
		{"GET", "/", "field", "/", "", "/"},
		{"GET", "/a/../b%2fc?d=/e?f", "field", "/a/../b%2fc", "d=/e?f", "/a/../b%2fc?d=/e?f"},
		{"GET", "/?", "field", "/", "", "/?"},
		{"GET", "//x/y", "field", "//x/y", "", "//x/y"},
		{"GET", "/a?u=http://b/c", "field", "/a", "u=http://b/c", "/a?u=http://b/c"},
		{"GET", "http://h:80/a?b", "h:80", "/a", "b", "/a?b"},
		{"GET", "HTTP://[::1]:8/a://b", "[::1]:8", "/a://b", "", "/a://b"},
		{"GET", "http://h", "h", "/", "", "/"},
		{"GET", "http://h?a/b", "h", "/", "a/b", "/?a/b"},
		{"OPTIONS", "*", "field", "*", "", "*"},
		{"OPTIONS", "http://h:1", "h:1", "*", "", "*"},
		{"OPTIONS", "http://h?", "h", "/", "", "/?"},
		{"OPTIONS", "http://h/", "h", "/", "", "/"},
		{"CONNECT", "h:443", "h:443", "", "", "h:443"},
	} {
		b := []byte(c.method + " " + c.target + " HTTP/1.1\r\nHost: field\r\n\r\n")
		var head parser.RequestHead
		_, err := head.Parse(b, nil)
		require.NoError(t, err)
		authority, err := head.Authority(b)
		require.NoError(t, err)
		var f Fields
		f.reset(b, &head.Fields, false, nil)
		s := StartLine{Method: head.Method, Target: head.Target.Bytes(b)}
		require.Equal(t, c.authority, string(s.Authority(&f)), c.target)
		require.Equal(t, string(authority), string(s.Authority(&f)), c.target)
		require.Equal(t, c.path, string(s.Path()), c.target)
		require.Equal(t, c.query, string(s.Query()), c.target)
		require.Equal(t, c.origin, string(s.OriginForm()), c.target)
	}
	status := StatusLine(200)
	require.Empty(t, status.Path())
	require.Empty(t, status.Query())
	require.Empty(t, status.OriginForm())
	require.Empty(t, status.Authority(new(Fields)))
}
