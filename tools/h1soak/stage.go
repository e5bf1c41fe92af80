package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/h1wire/h1wire/conn"
)

// role is a kind of peer: what one does again and again.
type role struct {
	name   string
	actors int           // how many at once
	pause  time.Duration // about how long between two rounds
	round  func(*actor) error
}

// stage is where the peers act.
type stage struct {
	config
	inside  bool // the server is in this process, so its limits are known
	client  conn.Client
	roles   []role
	rounds  []atomic.Int64 // by role
	answers atomic.Int64   // right ones, that good peers got

	mu         sync.Mutex
	complaints map[string]*complaint
}

// complaint is what went wrong for a role, the first time, and how often.
type complaint struct {
	first error
	times int
}

// actor is one peer.
type actor struct {
	*stage
	*rand.Rand
	ctx context.Context
}

func newStage(cfg config) *stage {
	s := &stage{config: cfg, complaints: map[string]*complaint{}}
	s.client.Params.IdleTimeout = limits.IdleTimeout / 2 // before the server closes
	s.roles = slices.Concat(goodRoles, slowRoles, brokenRoles, maliciousRoles)
	s.rounds = make([]atomic.Int64, len(s.roles))
	return s
}

// play has all peers act until ctx is over, and come to the end of their rounds.
func (s *stage) play(ctx context.Context) {
	var all sync.WaitGroup
	for i, r := range s.roles {
		for n := range r.actors {
			a := &actor{s, rand.New(rand.NewPCG(s.seed, uint64(i<<8+n))), ctx}
			all.Go(func() { a.act(&r, &s.rounds[i]) })
		}
	}
	all.Wait()
	_ = s.client.Close()
}

func (a *actor) act(r *role, rounds *atomic.Int64) {
	for a.ctx.Err() == nil {
		err := r.round(a)
		if a.ctx.Err() != nil && err != nil {
			return // it may be because everything ends
		}
		if err != nil {
			a.complain(r.name, err)
		}
		rounds.Add(1)
		a.sleep(r.pause/2 + time.Duration(a.Int64N(int64(r.pause))))
	}
}

// sleep returns early when everything ends.
func (a *actor) sleep(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-a.ctx.Done():
	}
}

func (s *stage) complain(role string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.complaints[role]
	if c == nil {
		c = &complaint{first: err}
		s.complaints[role] = c
	}
	c.times++
	if s.verbose {
		fmt.Fprintf(os.Stderr, "%s: %v\n", role, err)
	}
}

// complained returns how many complaints there were.
func (s *stage) complained() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.complaints {
		n += c.times
	}
	return n
}

// total returns how many rounds there were.
func (s *stage) total() (n int64) {
	for i := range s.rounds {
		n += s.rounds[i].Load()
	}
	return n
}

// faults is what peers complained about, and who could not act at all.
func (s *stage) faults() (all []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for role, c := range s.complaints {
		all = append(all, fmt.Sprintf("%s, %d times: first %v", role, c.times, c.first))
	}
	slices.Sort(all)
	for i, r := range s.roles {
		if s.rounds[i].Load() == 0 {
			all = append(all, r.name+": not one round")
		}
	}
	if s.answers.Load() == 0 {
		all = append(all, "no right answer at all")
	}
	return all
}
