package conn

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// idlers returns how many of c wait for work.
func (c *crew) idlers() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.idle)
}

// Who has work when there was none for the others is not sent away with them.
func TestCrewSendsNobodyAwayWhoWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c crew
		release := make(chan struct{})
		for range 3 {
			c.run(func() { <-release })
		}
		synctest.Wait()
		close(release)
		time.Sleep(crewPatience + tick) // it has looked: there was nothing to do for three
		release = make(chan struct{})
		for range 2 {
			c.run(func() { <-release })
		}
		time.Sleep(crewPatience)
		assert.Zero(t, c.idlers())
		close(release)
		synctest.Wait()
		done := 0
		for range 2 {
			c.run(func() { done++ })
			synctest.Wait()
		}
		assert.Equal(t, 2, done)
		c.dismiss()
	})
}

func TestCrewKeepsItsGoroutinesForAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c crew
		together := func(n int) {
			release := make(chan struct{})
			for range n {
				c.run(func() { <-release })
			}
			synctest.Wait()
			close(release)
			synctest.Wait()
		}
		together(3)
		assert.Equal(t, 3, c.idlers())
		together(2)
		assert.Equal(t, 3, c.idlers(), "those who waited were taken")

		c.run(runtime.Goexit) // a callback may do that
		synctest.Wait()
		assert.Equal(t, 2, c.idlers())

		for range 30 { // one is enough for this
			time.Sleep(crewPatience / 10)
			synctest.Wait()
			together(1)
		}
		assert.Equal(t, 1, c.idlers())
		time.Sleep(2*crewPatience + tick)
		synctest.Wait()
		assert.Zero(t, c.idlers())

		together(2 * crewMost)
		assert.Equal(t, crewMost, c.idlers())
		c.dismiss()
		assert.Zero(t, c.idlers())
		together(1)
		assert.Zero(t, c.idlers(), "nobody waits who was dismissed")
	}) // which fails if a goroutine is left
}
