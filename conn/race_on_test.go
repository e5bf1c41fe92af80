//go:build race

package conn

// raceEnabled: sync.Pool drops at random under the race detector, so what counts
// allocations stands back.
const raceEnabled = true
