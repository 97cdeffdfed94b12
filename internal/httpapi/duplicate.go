package httpapi

import (
	"context"

	"yimi/api"
	"yimi/internal/fault"
	"yimi/internal/identity"
)

// ListDuplicates lists accounts that may be one person's.
func (s *Server) ListDuplicates(ctx context.Context, r api.ListDuplicatesRequestObject) (api.ListDuplicatesResponseObject, error) {
	keys, err := readCursor(r.Params.Cursor, 1)
	if err != nil {
		return nil, err
	}
	limit := limitOf(r.Params.Limit)
	rows, err := s.Identity.Duplicates(ctx, keys[0], limit+1)
	if err != nil {
		return nil, err
	}
	rows, next := page(rows, limit, func(f *identity.Finding) string { return cursor(f.ID) })
	return api.ListDuplicates200JSONResponse{NextCursor: next, Items: mapped(rows, duplicate)}, nil
}

func duplicate(f *identity.Finding) api.Duplicate {
	return api.Duplicate{ID: f.ID, Accounts: mapped(f.Accounts[:], account), ByPhone: f.ByPhone, ByIdentity: f.ByIdentity,
		ByLink: f.ByLink, ByUnionid: f.ByUnionID, ByProvedPhone: f.ByProvedPhone, FoundAt: shown(f.FoundAt)}
}

func account(a *identity.Account) api.Account {
	out := api.Account{PersonID: a.ID, Name: a.Name, Phone: some(maskPhone(a.Phone)), Identity: some(maskNumber(a.IdentityNumber)), UnitName: some(a.UnitName),
		IsVolunteer: a.IsVolunteer(), MinutesTotal: a.Minutes, HasRoles: a.Grants > 0, CreatedAt: shown(a.CreatedAt)}
	if a.BirthDate != nil {
		d := dateOf(*a.BirthDate)
		out.BirthDate = &d
	}
	return out
}

// SettleDuplicate makes two accounts one, or keeps them apart.
func (s *Server) SettleDuplicate(ctx context.Context, r api.SettleDuplicateRequestObject) (api.SettleDuplicateResponseObject, error) {
	var t texts
	t.line("reason", &r.Body.Reason, 200)
	if err := t.err(); err != nil {
		return nil, err
	}
	if err := s.settleDuplicate(ctx, r.ID, r.Body); err != nil {
		return nil, err
	}
	return api.SettleDuplicate204Response{}, nil
}

func (s *Server) settleDuplicate(ctx context.Context, id int64, b *api.DuplicateSettlement) error {
	if b.Outcome == api.DuplicateSettlementOutcomeDifferent {
		return s.Identity.KeepApart(ctx, id, b.Reason)
	}
	if b.KeepID == nil {
		return fault.BadFields(fault.Field{Name: "keep_id", Message: "请选要留下的账号"})
	}
	return s.Identity.Merge(ctx, id, *b.KeepID, b.Reason)
}
