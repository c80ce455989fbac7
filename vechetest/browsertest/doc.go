// Package browsertest holds the tests that need a real browser: a node answers on
// the loopback address as "veche serve" has it, and Chromium looks at it.
//
// Three environment variables say what the tests may use. Without them, and
// without Chromium in the PATH, what needs them is skipped aloud; with
// VECHE_TEST_STRICT=1 that fails.
//
//	VECHE_TEST_AXE    the path of axe.min.js, the accessibility checker
//	VECHE_TEST_VNU    the path of vnu.jar, the HTML checker, run by java
//	VECHE_TEST_SHOTS  a folder that keeps screenshots; without it none are taken
//
// Every tab notes what the browser complains of: errors on the console, what
// the content security policy refused, exceptions, subresources that failed, and
// requests to other hosts. One complaint fails the test that opened the tab.
package browsertest
