package sqltracktest

import (
	"os"
	"testing"
)

// Server returns the address of the database server that the environment names,
// and skips the test, or fails it where VECHE_TEST_STRICT is 1, if it names
// none.
func Server(t testing.TB, variable string) string {
	t.Helper()
	dsn := os.Getenv(variable)
	if dsn != "" {
		return dsn
	}
	if os.Getenv("VECHE_TEST_STRICT") == "1" {
		t.Fatalf("%s is not set, and VECHE_TEST_STRICT is 1", variable)
	}
	t.Skipf("NOT TESTED: %s is not set to the address of a server", variable)
	return ""
}
