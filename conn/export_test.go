package conn

// What tests from outside need of those inside.
var (
	CheckLeaks       = checkLeaks
	PooledBuffersOut = pooledBuffersOut
)

// RaceEnabled says that everything is slow.
const RaceEnabled = raceEnabled
