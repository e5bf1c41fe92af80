package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The form of `make soak` that every test run goes through. It goes on for longer on a
// machine that is too busy to take enough samples.
func TestSoak(t *testing.T) {
	duration := 20 * time.Second
	if testing.Short() {
		duration = 3 * time.Second
	}
	for ; ; duration *= 4 {
		var out, errs bytes.Buffer
		code := run([]string{"-duration", duration.String(), "-seed", "1"}, &out, &errs)
		t.Log(out.String())
		if strings.Contains(out.String(), "samples of memory were taken") && duration < time.Minute {
			continue
		}
		require.Zero(t, code, errs.String())
		require.Contains(t, out.String(), "verdict: good\n")
		return
	}
}

func TestBadUse(t *testing.T) {
	for _, args := range [][]string{{"-nosuch"}, {"-driver", "nosuch"}, {"-duration", "0s"}, {"surplus"}} {
		var out, errs bytes.Buffer
		require.Equal(t, 2, run(args, &out, &errs), args)
		require.NotEmpty(t, errs.String())
	}
}

// A verdict that could not be bad would be worth nothing.
func TestVerdictSeesGrowth(t *testing.T) {
	var m memory
	require.NotEmpty(t, m.faults(), "no samples")
	for i := range samples {
		m.samples = append(m.samples, sample{heap: 30 << 20, resident: int64(i) << 22})
	}
	require.Len(t, m.faults(), 1)
	require.Contains(t, m.faults()[0], "resident memory grew")
}

func TestVerdictSeesLeaks(t *testing.T) {
	var nothing counted
	var out bytes.Buffer
	all := nothing.leaks(0, &out)
	require.Len(t, all, 2)
	require.Contains(t, all[0], "goroutines leaked")
	require.Contains(t, all[1], "descriptors leaked")
}

func TestVerdictSeesComplaints(t *testing.T) {
	s := newStage(config{duration: time.Second})
	require.Contains(t, s.faults(), "good upload: not one round")
	s.complain("good upload", io.ErrUnexpectedEOF)
	require.Contains(t, s.faults(), "good upload, 1 times: first unexpected EOF")
}
