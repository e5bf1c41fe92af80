package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/h1wire/h1wire/bench/peers/endpoint"
	"github.com/h1wire/h1wire/bench/result"
)

// h1check is the conformance checker: it is no part of this repository, so the
// command and its cases are told from outside.
type h1check struct {
	command string
	cases   string
}

// finding is what h1check writes for each case.
type finding struct {
	Level string `json:"level"`
	Pass  bool   `json:"pass"`
	Note  string `json:"note"`
}

// score starts s and checks it.
func (h *h1check) score(s *server, core int, dir string) (*result.Score, error) {
	checked := *s
	if s.Ours {
		checked.args = append(append([]string(nil), s.args...), "-echo")
	}
	p, err := checked.start(core, dir, endpoint.Options{})
	if err != nil {
		return nil, err
	}
	defer p.stop()
	out := filepath.Join(dir, "h1check.json")
	_ = os.Remove(out)
	args := []string{"-addr", p.addr, "-out", out}
	if h.cases != "" {
		args = append(args, "-cases", h.cases)
	}
	noEcho := s.lacks&needEcho != 0
	if noEcho {
		args = append(args, "-noecho")
	}
	// It ends with an error when a case fails, which is none of ours.
	said, _ := exec.Command(h.command, args...).CombinedOutput()
	b, err := os.ReadFile(out)
	if err != nil {
		return nil, errors.New(firstLine(said))
	}
	return count(b, noEcho)
}

// count adds up the findings.
func count(b []byte, noEcho bool) (*result.Score, error) {
	var all []finding
	if err := json.Unmarshal(b, &all); err != nil {
		return nil, err
	}
	s := &result.Score{NoEcho: noEcho}
	for _, f := range all {
		pass := 0
		if f.Pass {
			pass = 1
		}
		switch f.Level {
		case "MUST":
			s.Must, s.MustOf = s.Must+pass, s.MustOf+1
		case "HARD":
			s.Hard, s.HardOf = s.Hard+pass, s.HardOf+1
		case "SHOULD":
			s.Should, s.ShouldOf = s.Should+pass, s.ShouldOf+1
		}
		if strings.HasPrefix(f.Note, "SMUGGLED") {
			s.Smuggled++
		}
	}
	return s, nil
}
