package browsertest_test

import (
	"context"
	"os"
	"os/exec"
	"testing"

	"github.com/chromedp/chromedp"
)

// A chromium is one running browser. It opens profiles, which share nothing.
type chromium struct {
	t   *testing.T
	ctx context.Context
}

// startChromium starts the browser, and stops it when the test ends.
func startChromium(t *testing.T) *chromium {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		skip(t, "there is no Chromium in the PATH")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", true), chromedp.Flag("lang", "en"))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // which root cannot have
	}
	// The test's own context ends before its cleanups run, and the browser with it.
	ctx, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("starting %s: %v", program, err)
	}
	return &chromium{t, ctx}
}

// skip skips the test, or fails it where nothing may be left out.
func skip(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("VECHE_TEST_STRICT") == "1" {
		t.Fatal(why)
	}
	t.Skip("SKIPPED: " + why)
}

// file returns the path that the environment variable names, or skips the test.
func file(t *testing.T, variable string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		skip(t, variable+" names no file")
	}
	return path
}
