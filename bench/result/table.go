package result

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
)

// Table writes the report for people.
func (r *Report) Table(w io.Writer) error {
	m := r.Machine
	fmt.Fprintf(w, "h1wire bench, %s\n%s, %d cores, %s, %s; servers on core %d, load on core %d\n%s\n",
		r.Time.Format("2006-01-02 15:04"), m.CPU, m.Cores, m.Kernel, m.Go, m.ServerCPU, m.LoadCPU, r.Command)
	if err := r.serverTable(w); err != nil {
		return err
	}
	for i := range r.Cases {
		if err := r.caseTable(w, &r.Cases[i]); err != nil {
			return err
		}
	}
	r.goalTable(w)
	return nil
}

// serverTable says who was there and how strict each is.
func (r *Report) serverTable(w io.Writer) error {
	fmt.Fprintln(w, "\nwho takes part; conformance is h1check's score: passed of all cases")
	var missing []string
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  name\tversion\tMUST\tHARD\tSHOULD\tsmuggled")
	for _, s := range r.Servers {
		switch c := s.Conformance; {
		case s.Missing != "":
			missing = append(missing, fmt.Sprintf("  %s is not measured: %s\n", s.Name, s.Missing))
		case s.Floor:
			fmt.Fprintf(t, "  %s\t%s\tnot HTTP\t\t\t\n", s.Name, s.Version)
		case s.Client:
			fmt.Fprintf(t, "  %s\t%s\t\t\t\t\n", s.Name, s.Version)
		case c == nil:
			fmt.Fprintf(t, "  %s\t%s\tnot run\t\t\t\n", s.Name, s.Version)
		default:
			note := ""
			if c.NoEcho {
				note = " (content not compared)"
			}
			fmt.Fprintf(t, "  %s\t%s\t%d/%d\t%d/%d\t%d/%d\t%d%s\n", s.Name, s.Version,
				c.Must, c.MustOf, c.Hard, c.HardOf, c.Should, c.ShouldOf, c.Smuggled, note)
		}
	}
	err := t.Flush()
	fmt.Fprint(w, strings.Join(missing, ""))
	return err
}

func (r *Report) caseTable(w io.Writer, c *Case) error {
	all := r.Summaries(c)
	if len(all) == 0 {
		return nil
	}
	ours := r.lead(all)
	var failed []string
	fmt.Fprintf(w, "\n%s\n", c.Title)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	ratio := ""
	if ours != "" {
		ratio = ours + " ÷ it"
	}
	fmt.Fprintf(t, "  \t%s\tleast\t%s\trequests/s\tp50 µs\tp99\tp99.9\tMUST HARD\t\n", c.Unit, ratio)
	for _, s := range all {
		if s.N == 0 {
			failed = append(failed, fmt.Sprintf("  %s failed: %s\n", s.Server.Name, s.Failed))
			continue
		}
		rel := ""
		if ours != "" && ours != s.Server.Name {
			rel = times(r.Ratio(c, ours, s.Server.Name))
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", s.Server.Name, Number(s.Median), Number(s.Least), rel,
			Number(s.Rate), Number(s.P50), Number(s.P99), Number(s.P999), strictness(s.Server), remarks(s))
	}
	err := t.Flush()
	fmt.Fprint(w, strings.Join(failed, ""))
	return err
}

// lead is the first of our servers in a case: the one that others are related to.
func (r *Report) lead(all []Summary) string {
	for _, s := range all {
		if s.Server.Ours && s.N > 0 {
			return s.Server.Name
		}
	}
	return ""
}

func strictness(s *Server) string {
	switch c := s.Conformance; {
	case s.Floor, s.Client:
		return "–"
	case c == nil:
		return "not run"
	default:
		return fmt.Sprintf("%d/%d %d/%d", c.Must, c.MustOf, c.Hard, c.HardOf)
	}
}

func remarks(s Summary) string {
	var all []string
	if s.Errors > 0 {
		all = append(all, fmt.Sprintf("%d errors", s.Errors))
	}
	if s.Unfinished > 0 {
		all = append(all, fmt.Sprintf("%d unfinished", s.Unfinished))
	}
	if s.LoadBound {
		all = append(all, "rate limited by the load")
	}
	if s.Slow > 0 {
		all = append(all, fmt.Sprintf("%d slow rounds left out", s.Slow))
	}
	if s.AllSlow {
		all = append(all, "the machine was slow: decides nothing")
	}
	return strings.Join(all, ", ")
}

// goalTable says which goals were met.
func (r *Report) goalTable(w io.Writer) {
	var met, missed, open []string
	for i := range r.Cases {
		for _, o := range r.Outcomes(&r.Cases[i]) {
			line := fmt.Sprintf("  %-28s %s", o.Case.Name, o)
			switch {
			case math.IsNaN(o.Value):
				open = append(open, line)
			case o.Met():
				met = append(met, line)
			default:
				missed = append(missed, line)
			}
		}
	}
	for _, part := range []struct {
		title string
		lines []string
	}{{"goals met", met}, {"goals missed", missed}, {"goals not measured", open}} {
		if len(part.lines) > 0 {
			fmt.Fprintf(w, "\n%s\n%s\n", part.title, strings.Join(part.lines, "\n"))
		}
	}
}

// String says what was wanted and what came out.
func (o Outcome) String() string {
	got := "–"
	if o.Peer != "" {
		if !math.IsNaN(o.Value) {
			got = times(o.Value)
		}
		return fmt.Sprintf("%s: %s, wanted ≤ %s of %s", o.Server, got, times(o.Ratio), o.Peer)
	}
	if !math.IsNaN(o.Value) {
		got = Number(o.Value)
	}
	return fmt.Sprintf("%s: %s, wanted ≤ %s %s", o.Server, got, Number(o.Limit), o.Case.Unit)
}

func times(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return fmt.Sprintf("%.2f×", v)
}

// Number formats to three digits or so; nothing for 0.
func Number(v float64) string {
	switch {
	case v == 0:
		return ""
	case v < 10:
		return fmt.Sprintf("%.2f", v)
	case v < 100:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}
