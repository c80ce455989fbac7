// Package web is the door of a site: routes, protection against forged and
// oversized requests, security headers, cookies, errors as pages, and a server
// that stops gracefully.
//
// # Usage
//
//	router := web.NewRouter(onError)
//	router.Handle("GET /news/{slug}", showItem)
//	handler, err := web.Protect(router, web.Limits{Origin: "https://town.example"})
//	err = web.Serve(ctx, listener, handler, web.ServeOptions{})
//
// # Guarantees
//
//   - A request that changes something comes from a page of this site, or is
//     refused: http.CrossOriginProtection, and on top of it what that lets
//     pass: an Origin of scheme http on an https site, an Origin with user
//     information, and upgrades to WebSocket or event streams, which are GETs,
//     from other origins (TestForgedRequestsAreRefused).
//   - Every response carries a content security policy without unsafe-* and the
//     other headers that keep a page to itself (TestEveryResponseIsProtected).
//   - A handler that panics answers 500, once, and the cause is logged, never
//     shown (TestPanicIsAPageAndALogLine); one that fails in the middle of its
//     answer has the connection closed (TestHalfAnAnswerIsCutOff).
//   - An address that is there, though not for the request's method, answers 405
//     and says which methods it knows (TestWrongMethodIsToldTheRightOnes).
//
// # Limits
//
// Bodies, headers, addresses, time and requests at once are bounded by
// [Limits] and [ServeOptions]; beyond them a request is answered 413, 414, 431,
// 503, or its connection closed.
package web
