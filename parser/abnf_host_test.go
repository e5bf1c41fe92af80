package parser_test

import (
	"errors"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/h1wire/h1wire/parser"
)

// Host = uri-host [ ":" port ] of RFC 3986 by hand; an IPv6 address is left to
// package net/netip.
var (
	hostName = regexp.MustCompile(`^(?:(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})+|\[[vV][0-9A-Fa-f]+\.[A-Za-z0-9\-._~!$&'()*+,;=:]+\])(?::[0-9]*)?$`)
	hostIPv6 = regexp.MustCompile(`^\[([0-9A-Fa-f:.]+)\](?::[0-9]*)?$`)
)

// isHost reports whether a Host value is valid. Empty is: the target may have no authority (RFC 9112 §3.2).
func isHost(host string) bool {
	if m := hostIPv6.FindStringSubmatch(host); m != nil {
		address, err := netip.ParseAddr(m[1])
		return err == nil && address.Is6()
	}
	return host == "" || hostName.MatchString(host)
}

// TestHostABNF holds the parser against that, on hosts with random mistakes.
func TestHostABNF(t *testing.T) {
	const rounds = 20_000
	const octets = "01259afgvV:::...[]%%-_~!,@/\\\"\xE9"
	seeds := []string{
		"a", "www.example.com:8080", "[::1]:80", "[2001:db8::ffff:192.0.2.1]", "[1:2:3:4:5:6:7:8]", "[::]", "[1::8]:",
		"[v7.a:b]", "caf%C3%A9.example", "192.0.2.16:80", "[::255.255.255.255]", "[1:2:3:4:5:6:77.77.88.88]", "[::2:3:4:5:6:7:8]",
		"[1:2:3:4:5:6:7::]", "",
	}
	var h parser.RequestHead
	r := rand.New(rand.NewPCG(5, 6))
	accepted := 0
	for i := range rounds + len(seeds) {
		host := []byte(seeds[i%len(seeds)])
		if i >= len(seeds) {
			for range 1 + r.IntN(3) {
				at := r.IntN(len(host) + 1)
				switch c := octets[r.IntN(len(octets))]; {
				case r.IntN(2) == 0 && at < len(host):
					host[at] = c
				case r.IntN(3) == 0 && at < len(host):
					host = slices.Delete(host, at, at+1)
				default:
					host = slices.Insert(host, at, c)
				}
			}
		}
		b := []byte("GET / HTTP/1.1\r\nHost: " + string(host) + "\r\n\r\n")
		n, err := h.Parse(b, nil)
		require.NoError(t, err)
		require.Len(t, b, n)
		authority, err := h.Authority(b)
		if isHost(string(host)) {
			accepted++
			require.NoError(t, err, "%q", host)
			require.Equal(t, string(host), string(authority))
		} else {
			require.True(t, errors.Is(err, parser.ErrHost), "%v: %q", err, host)
		}
	}
	require.Greater(t, accepted, rounds/20, "too few valid hosts for a test")
}
