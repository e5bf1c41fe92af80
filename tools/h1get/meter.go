package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

// meter passes content on and, where somebody watches, says how much there was.
type meter struct {
	out    io.Writer
	screen io.Writer // nil: nobody watches
	total  int64     // -1: not known
	got    int64
	begun  time.Time
	shown  time.Time
}

// Only what takes longer than this is worth a line on the screen.
const meterAfter, meterEvery = time.Second, 200 * time.Millisecond

func newMeter(e *exchange, total int64) *meter {
	m := &meter{out: e.out, total: total, begun: time.Now()}
	if e.progress || isTerminal(e.stderr) && !isTerminal(e.out) {
		m.screen = e.stderr
	}
	return m
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func (m *meter) Write(p []byte) (int, error) {
	n, err := m.out.Write(p)
	m.got += int64(n)
	if now := time.Now(); m.screen != nil && now.Sub(m.begun) > meterAfter && now.Sub(m.shown) > meterEvery {
		m.shown = now
		m.show(now)
	}
	if err != nil {
		return n, writeError{err}
	}
	return n, nil
}

func (m *meter) show(now time.Time) {
	of, eta := "", ""
	rate := float64(m.got) / max(now.Sub(m.begun).Seconds(), 0.001)
	if m.total > 0 {
		of = fmt.Sprintf(" of %s, %d%%", octets(m.total), m.got*100/m.total)
		eta = fmt.Sprintf(", %s left", time.Duration(float64(m.total-m.got)/rate*float64(time.Second)).Round(time.Second))
	}
	fmt.Fprintf(m.screen, "\r\x1b[K%s%s, %s/s%s", octets(m.got), of, octets(int64(rate)), eta)
}

// end leaves the last line where it is.
func (m *meter) end() {
	if !m.shown.IsZero() {
		m.show(time.Now())
		fmt.Fprintln(m.screen)
	}
}

// octets formats a number of octets.
func octets(n int64) string {
	f, unit := float64(n), 0
	for f >= 1024 && unit < 4 {
		f, unit = f/1024, unit+1
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %ciB", f, "KMGT"[unit-1])
}
