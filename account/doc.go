// Package account knows who looks: visitors, members and administrators, their
// passwords and their sessions.
//
// # Usage
//
//	keeper, err := account.New(account.Options{Secure: true})
//	ctx, visit, err := keeper.Identify(keeper.With(data.With(ctx, db)), r)
//	ctx = track.WithFacets(ctx, visit.Facet)
//
// Then, in whatever answers the request:
//
//	member, ok := account.Viewer(ctx)                      // what is made varies by viewer
//	role := account.RoleOf(ctx)                            // varies by role: all members share it
//	err := account.Require(ctx, account.RoleAdministrator) // Unauthorized or Forbidden
//	err := account.SignIn(w, r, account.Credentials{Login: "marfa", Password: "..."})
//
// Functions act for the viewer of the context and ask for the viewer's right;
// methods of the [Keeper] act for the one who runs the site and ask nobody.
//
// # Guarantees
//
//   - What looked at the viewer is kept for that viewer alone, and dropped when
//     the viewer's row changes (TestFragmentsOfOneViewerAreNotAnothers).
//   - A revoked session, a disabled member and a changed role act on the next
//     request (TestRevokedSessionsActAtOnce, TestDisabledMembersAreGuestsAtOnce).
//   - The database holds a hash of a session's token, not the token; signing in,
//     signing up and changing the password give a new one
//     (TestSigningInGivesANewToken).
//   - A name that does not exist costs as much as a wrong password
//     (TestUnknownNamesCostAsMuchAsWrongPasswords).
//   - The first administrator is whoever has the setup token, and there is one,
//     whoever else tries at that moment (TestTwoSetupsMakeOneAdministrator).
//   - The site keeps an administrator (TestTheLastAdministratorStays).
//
// # Limits
//
// A guest without a cookie costs nothing; a request with one reads two rows by
// their keys, or none where [Options.Memory] keeps who it was, and writes none:
// when sessions were last seen is gathered in memory and written by [Keeper.Run]. Attempts to sign in are bounded for each address,
// each name, and each name from one address, in a fixed memory of half a MiB.
// Addresses are those of the connection unless [Options.Address] says better.
package account
