package conn

// What tests from outside need of those inside.
var (
	CheckLeaks       = checkLeaks
	PooledBuffersOut = pooledBuffersOut
)
