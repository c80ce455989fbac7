package account

// A Role is what somebody may do on the site. Roles are ordered: each may do what
// those before it may.
type Role string

// The roles.
const (
	RoleGuest         Role = "guest"         // a visitor who is not signed in
	RoleMember        Role = "member"        // somebody with an account
	RoleAdministrator Role = "administrator" // somebody who runs the site
)

// Roles returns the roles, the least first.
func Roles() []Role { return []Role{RoleGuest, RoleMember, RoleAdministrator} }

// Includes reports whether who has role r may do what other may. A role that
// does not exist is a guest's on the left, and beyond everybody on the right.
func (r Role) Includes(other Role) bool {
	rank := other.rank()
	return rank >= 0 && max(r.rank(), 0) >= rank
}

func (r Role) rank() int {
	for i, known := range Roles() {
		if r == known {
			return i
		}
	}
	return -1
}
