package conn

// CheckLeaks is for tests from outside.
var CheckLeaks = checkLeaks
