package wordpress

import (
	"fmt"
	"strings"

	"veche/account"
	"veche/data"
	"veche/fault"
	"veche/prose"
	"veche/wxr"
)

// person is an author: a member here, and the name under which they wrote.
type person struct {
	id   int64 // 0 if the member was deleted here
	name string
}

// loginsMax bounds the numbers tried behind a login that is taken.
const loginsMax = 1000

// makePeople makes the authors members who cannot sign in: those whom the export
// lists, and those whom only items name.
func (im *importer) makePeople() error {
	authors := im.index.site.Authors
	listed := make(map[string]bool)
	for _, a := range authors {
		listed[a.Login] = true
	}
	for i := range im.index.entries {
		if login := im.index.entries[i].creator; login != "" && !listed[login] {
			listed[login] = true
			authors = append(authors[:len(authors):len(authors)], wxr.Author{Login: login})
		}
	}
	for _, a := range authors {
		if err := im.makePerson(a); err != nil {
			return fmt.Errorf("the author %q: %w", line(a.Login, 60), err)
		}
	}
	return nil
}

func (im *importer) makePerson(a wxr.Author) error {
	count := im.report.count(kindAuthor)
	if p, ok := im.people[a.Login]; ok || a.Login == "" {
		count.Merged++ // listed twice, or nobody
		im.people[a.Login] = p
		return nil
	}
	p := person{name: line(a.DisplayName, 60)}
	for _, name := range []string{strings.TrimSpace(a.FirstName + " " + a.LastName), a.Login} {
		if p.name == "" {
			p.name = line(name, 60)
		}
	}
	key := im.ledger.key(kindAuthor, a.Login)
	if rec := im.ledger.find(key); rec != nil {
		var n int64
		err := data.Read(im.tx).Model(&account.Member{}).Where("id = ?", rec.row).Count(&n).Error
		if n > 0 {
			p.id = rec.row
		}
		count.Unchanged++ // what members say of themselves is theirs
		im.people[a.Login] = p
		return err
	}
	member, err := im.enroll(a, p.name)
	if err != nil {
		return err
	}
	if member.Login != a.Login {
		im.report.note("authors have another login here, since theirs is taken or cannot be one", a.Login+": "+member.Login)
	}
	if a.Email != "" && member.Email == "" {
		im.report.note("authors' addresses for mail cannot be ones, and were left out", a.Login)
	}
	if a.Description != "" {
		im.report.note("what authors say about themselves is not carried over", p.name)
	}
	p.id = member.ID
	im.people[a.Login] = p
	count.Added++
	return im.ledger.add(kindAuthor, key, member.ID, member.Version, "")
}

// enroll makes the member. A login that somebody has here gets a number: nobody
// knows whether they are the same person. What cannot be a login, name or
// address is replaced.
func (im *importer) enroll(a wxr.Author, name string) (account.Member, error) {
	base := a.Login
	d := account.Draft{Login: base, Name: name, Email: a.Email, NoPassword: true, Locale: im.tag}
	number, replaced := 2, 0
	for number < loginsMax {
		m, err := im.o.Accounts.Create(im.tx, d)
		if !fault.Is(err, fault.Invalid) {
			return m, err
		}
		wrong := fault.Of(err).Fields
		switch {
		case wrong["login"] == "account.login.taken":
			d.Login = fmt.Sprintf("%s-%d", strings.TrimRight(cut(base, 30), " ._-@+"), number)
			number++
		case wrong["login"] != "" && replaced < 2:
			if base = strings.Trim(cut(prose.Slug(base), 30), "-"); len(base) < 2 || replaced > 0 {
				base = "author-" + digest(a.Login)[:8]
			}
			d.Login = base
			replaced++
		case wrong["email"] != "":
			d.Email = ""
		case wrong["name"] != "" && d.Name != "":
			d.Name = ""
		default:
			return m, err
		}
	}
	return account.Member{}, fmt.Errorf("the login %q and its numbers are taken", base)
}
