package account

import (
	"context"
	"slices"

	"veche/data"
	"veche/fault"
)

// membersMax bounds a part of the list of members.
const membersMax = 200

// Members returns, for an administrator, the newest members whose ID is less
// than before, or of all if before is 0, at most count of them.
func Members(ctx context.Context, before int64, count int) ([]Member, error) {
	if err := Require(ctx, RoleAdministrator); err != nil {
		return nil, err
	}
	query := data.Read(ctx).Select(shownColumns()).Order("id desc").Limit(min(count, membersMax))
	if before > 0 {
		query = query.Where("id < ?", before)
	}
	return data.All[Member](query)
}

// SetRole changes, for an administrator, what a member may do. The last
// administrator stays one: that is a Conflict fault.
func SetRole(ctx context.Context, id int64, role Role) error {
	if !slices.Contains(Roles()[1:], role) {
		return fault.New(fault.Invalid, "account.role.none")
	}
	return administer(ctx, id, func(tx *data.Tx, m *Member) error {
		m.Role = role
		return data.Update(tx, m, "role")
	})
}

// SetDisabled says, for an administrator, whether a member may sign in. It ends
// the sessions of one who may not. The last administrator stays: that is a
// Conflict fault.
func SetDisabled(ctx context.Context, id int64, disabled bool) error {
	return administer(ctx, id, func(tx *data.Tx, m *Member) error {
		m.Disabled = disabled
		if err := data.Update(tx, m, "disabled"); err != nil || !disabled {
			return err
		}
		return tx.DB().Where("member_id = ?", m.ID).Delete(&Session{}).Error
	})
}

// administer changes a member for the viewer, if that is an administrator, and
// sees to it that one remains.
func administer(ctx context.Context, id int64, change func(tx *data.Tx, m *Member) error) error {
	if err := Require(ctx, RoleAdministrator); err != nil {
		return err
	}
	viewer := ViewerID(ctx)
	_, err := data.Write(ctx, func(tx *data.Tx) error {
		// Two administrators who demote each other at once take turns here: the
		// rows are written, not changed.
		err := tx.DB().Model(&Member{}).Where("role = ? AND disabled = ?", string(RoleAdministrator), false).
			UpdateColumn("disabled", false).Error
		if err != nil {
			return err
		}
		if err := stillAdministrator(tx, viewer); err != nil {
			return err
		}
		m, err := data.ByID[Member](tx, id)
		if err != nil {
			return err
		}
		if err := change(tx, &m); err != nil {
			return err
		}
		n, err := administrators(tx)
		if err == nil && n == 0 {
			return fault.New(fault.Conflict, "account.last_administrator")
		}
		return err
	})
	if err == nil {
		from(ctx).Log.Info("a member was administered", "member", id, "by", viewer)
	}
	return err
}

// stillAdministrator verifies that the viewer's right was not taken since the
// request began.
func stillAdministrator(tx *data.Tx, viewer int64) error {
	m, err := data.ByID[Member](tx, viewer)
	if err == nil && (m.Disabled || m.Role != RoleAdministrator) {
		return fault.New(fault.Forbidden, "")
	}
	return err
}
