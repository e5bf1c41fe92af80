package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/h1wire/h1wire/bench/parser/runner"
	"github.com/h1wire/h1wire/testdata/corpora"
)

// corpus is what is read in turns.
type corpus struct {
	name, kind string
	file       string
	octets     int // per message, on average
}

// corporaIn writes the corpora into dir, for runners in any language.
func corporaIn(dir string) ([]corpus, error) {
	var all []corpus
	for _, set := range []struct {
		kind  string
		names []string
	}{{"request", corpora.Requests()}, {"response", corpora.Responses()}, {"chunked", corpora.Chunked()}} {
		for _, name := range set.names {
			messages := corpora.Load(name)
			b := runner.File(messages)
			c := corpus{name, set.kind, filepath.Join(dir, name), len(b)/len(messages) - 4}
			if err := os.WriteFile(c.file, b, 0o644); err != nil {
				return nil, err
			}
			all = append(all, c)
		}
	}
	return all, nil
}

// compare has all subjects read all corpora in interleaved rounds, and prints as
// it goes.
func compare(ctx context.Context, s *settings, out io.Writer) error {
	dir, err := os.MkdirTemp("", "bench-parser")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	all, err := corporaIn(dir)
	if err != nil {
		return err
	}
	subjects, err := subjectsIn(ctx, dir)
	if err != nil {
		return err
	}
	subjects = slices.DeleteFunc(append(subjects, s.more...), func(x *subject) bool { return !s.subjects.MatchString(x.name) })
	fmt.Fprintf(out, "%s\n%d rounds of %v; ns per message, median and least; the ratio is the median of the ratios within each round\n", machine(), s.rounds, s.slice)
	for _, x := range subjects {
		if x.missing != "" {
			fmt.Fprintf(out, "%s: %s\n", x.name, x.missing)
			continue
		}
		if err := x.start(ctx); err != nil {
			return fmt.Errorf("%s: %w", x.name, err)
		}
		defer x.stop()
	}
	for _, c := range all {
		if !s.corpora.MatchString(c.name) {
			continue
		}
		results, err := measure(ctx, s, c, subjects)
		if err != nil {
			return err
		}
		table(out, c, results)
	}
	return nil
}

// result is what a subject needed for a corpus, a sample a round.
type result struct {
	name    string
	samples []float64
	refused string // why there are none
}

// measure goes around the subjects, each round from another one on.
func measure(ctx context.Context, s *settings, c corpus, subjects []*subject) ([]*result, error) {
	results := make([]*result, len(subjects))
	for round := range s.rounds {
		for i := range subjects {
			i = (i + round) % len(subjects)
			x := subjects[i]
			if results[i] == nil {
				results[i] = &result{name: x.name, refused: x.missing}
			}
			if results[i].refused != "" {
				continue
			}
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			ns, err := x.sample(c.kind, c.file, s.slice)
			if r := refusal(""); errors.As(err, &r) {
				results[i].refused = string(r)
				continue
			} else if err != nil {
				return nil, err
			}
			results[i].samples = append(results[i].samples, ns)
		}
	}
	return results, nil
}
