package httpapi

import (
	"context"
	"strconv"
	"strings"

	"yimi/api"
	"yimi/internal/auth"
	"yimi/internal/catalogue"
)

// ListServiceTypes lists what a station offers, or what staff manage.
func (s *Server) ListServiceTypes(ctx context.Context, r api.ListServiceTypesRequestObject) (api.ListServiceTypesResponseObject, error) {
	var rows []catalogue.Line
	var err error
	if or(r.Params.Managed, false) {
		rows, err = s.Catalogue.Managed(ctx)
	} else {
		var unitID int64
		if unitID, err = s.unitOr(ctx, r.Params.UnitID); err == nil {
			rows, err = s.Catalogue.List(ctx, unitID)
		}
	}
	if err != nil {
		return nil, err
	}
	a := auth.From(ctx)
	return api.ListServiceTypes200JSONResponse{Items: mapped(rows, func(l *catalogue.Line) api.ServiceType { return serviceType(a, l) })}, nil
}

// unitOr is the unit asked for, or the actor's own; 0 when there is none.
func (s *Server) unitOr(ctx context.Context, asked *api.ID) (int64, error) {
	if asked != nil || !auth.From(ctx).SignedIn() {
		return or(asked, 0), nil
	}
	me, err := s.Identity.Me(ctx)
	if err != nil || me.Home == nil {
		return 0, err
	}
	return me.Home.ID, nil
}

func serviceType(a auth.Actor, l *catalogue.Line) api.ServiceType {
	return api.ServiceType{
		ID: l.ID, UnitID: l.UnitID, UnitName: l.UnitName, Field: api.ServiceField(l.Field), Theme: api.ServiceTheme(l.Theme), Icon: api.ServiceIcon(l.Icon),
		Name: l.Name, Line: l.Line, Detail: l.Detail, Ways: strs[api.ServiceWay](l.WayWords()), Mode: api.ServiceMode(l.Mode), Instant: l.Instant,
		LengthMinutes: l.LengthMinutes, BufferMinutes: l.BufferMinutes, HorizonDays: l.HorizonDays, LeadMinutes: l.LeadMinutes,
		Groups: strs[api.TargetGroup](l.GroupWords()), Questions: mapped(l.Asked(), question), Confidential: l.Confidential,
		Promises: mapped(l.Promised(), func(p *catalogue.Promise) api.ResponsePromise {
			return api.ResponsePromise{Urgency: api.Urgency(p.Urgency), Minutes: p.Minutes}
		}),
		MinLevel: api.Qualification(l.MinLevel), PlaceName: l.PlaceName, PlaceNote: l.PlaceNote, Active: l.Active, Position: l.Position,
		CanManage: a.Manages(l.UnitPath),
	}
}

func question(q *catalogue.Question) api.Question {
	out := api.Question{Key: q.Key, Label: q.Label, Help: some(q.Help), Kind: api.QuestionKind(q.Kind), Required: q.Required, Sensitive: some(q.Sensitive), Minimum: q.Minimum, Maximum: q.Maximum}
	if len(q.Options) > 0 {
		out.Options = &q.Options
	}
	return out
}

// GetServiceType gives one service.
func (s *Server) GetServiceType(ctx context.Context, r api.GetServiceTypeRequestObject) (api.GetServiceTypeResponseObject, error) {
	l, err := s.Catalogue.Get(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	return api.GetServiceType200JSONResponse(serviceType(auth.From(ctx), l)), nil
}

// Defaults of a new service (the contract's descriptions).
const (
	defaultLength  = 60
	defaultHorizon = 28
	defaultLead    = 120
	defaultPromise = 3 * 24 * 60
)

// CreateServiceType offers a new service.
func (s *Server) CreateServiceType(ctx context.Context, r api.CreateServiceTypeRequestObject) (api.CreateServiceTypeResponseObject, error) {
	b := r.Body
	t := &catalogue.Type{UnitID: b.UnitID, LengthMinutes: defaultLength, HorizonDays: defaultHorizon, LeadMinutes: defaultLead, GroupsServed: "everyone",
		Questions: "[]", Promises: catalogue.Encode([]catalogue.Promise{{Urgency: "normal", Minutes: defaultPromise}}), MinLevel: catalogue.NoLevel, Active: true}
	change, err := serviceChange(api.ServiceTypePatch{Active: b.Active, BufferMinutes: b.BufferMinutes, Confidential: b.Confidential, Detail: b.Detail, Field: &b.Field,
		Groups: b.Groups, HorizonDays: b.HorizonDays, Icon: &b.Icon, Instant: b.Instant, LeadMinutes: b.LeadMinutes, LengthMinutes: b.LengthMinutes,
		Line: &b.Line, MinLevel: b.MinLevel, Mode: &b.Mode, Name: &b.Name, PlaceName: b.PlaceName, PlaceNote: b.PlaceNote, Position: b.Position,
		Promises: b.Promises, Questions: b.Questions, Theme: &b.Theme, Ways: &b.Ways})
	if err != nil {
		return nil, err
	}
	change(t)
	l, err := s.Catalogue.Create(ctx, t)
	if err != nil {
		return nil, err
	}
	return api.CreateServiceType201JSONResponse(serviceType(auth.From(ctx), l)), nil
}

// UpdateServiceType changes a service.
func (s *Server) UpdateServiceType(ctx context.Context, r api.UpdateServiceTypeRequestObject) (api.UpdateServiceTypeResponseObject, error) {
	change, err := serviceChange(*r.Body)
	if err != nil {
		return nil, err
	}
	l, err := s.Catalogue.Update(ctx, r.ID, change)
	if err != nil {
		return nil, err
	}
	return api.UpdateServiceType200JSONResponse(serviceType(auth.From(ctx), l)), nil
}

// word gives the pointer to an enum's word as a plain text.
func word[T ~string](p *T) *string {
	if p == nil {
		return nil
	}
	w := string(*p)
	return &w
}

// serviceChange cleans the texts of a change and gives the function that makes it.
func serviceChange(p api.ServiceTypePatch) (func(*catalogue.Type), error) {
	var t texts
	t.line("name", p.Name, 20)
	t.line("line", p.Line, 40)
	detail := optionalLines(&t, "detail", p.Detail, 1000)
	placeName, placeNote := optionalLine(&t, "place_name", p.PlaceName, 80), optionalLine(&t, "place_note", p.PlaceNote, 80)
	questions := cleanQuestions(&t, p.Questions)
	if err := t.err(); err != nil {
		return nil, err
	}
	return func(c *catalogue.Type) {
		overwrite(&c.Field, word(p.Field))
		overwrite(&c.Theme, word(p.Theme))
		overwrite(&c.Icon, word(p.Icon))
		c.Mode = catalogue.Mode(or(word(p.Mode), string(c.Mode)))
		c.MinLevel = catalogue.Level(or(word(p.MinLevel), string(c.MinLevel)))
		overwrite(&c.Name, p.Name)
		overwrite(&c.Line, p.Line)
		overwrite(&c.Detail, detail)
		overwrite(&c.PlaceName, placeName)
		overwrite(&c.PlaceNote, placeNote)
		overwrite(&c.Instant, p.Instant)
		overwrite(&c.Confidential, p.Confidential)
		overwrite(&c.Active, p.Active)
		overwrite(&c.LengthMinutes, p.LengthMinutes)
		overwrite(&c.BufferMinutes, p.BufferMinutes)
		overwrite(&c.HorizonDays, p.HorizonDays)
		overwrite(&c.LeadMinutes, p.LeadMinutes)
		overwrite(&c.Position, p.Position)
		if p.Ways != nil {
			c.Ways = strings.Join(strs[string](*p.Ways), ",")
		}
		if p.Groups != nil {
			c.GroupsServed = strings.Join(strs[string](*p.Groups), ",")
		}
		if questions != nil {
			c.Questions = catalogue.Encode(questions)
		}
		if p.Promises != nil {
			c.Promises = catalogue.Encode(mapped(*p.Promises, func(x *api.ResponsePromise) catalogue.Promise {
				return catalogue.Promise{Urgency: string(x.Urgency), Minutes: x.Minutes}
			}))
		}
	}, nil
}

// overwrite writes the value over the field, if there is one.
func overwrite[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}

// optionalLine cleans one line that may be emptied; nil was not given.
func optionalLine(t *texts, name string, value *string, limit int) *string {
	if value == nil {
		return nil
	}
	clean := t.optional(name, value, limit)
	return &clean
}

// optionalLines is optionalLine for several lines.
func optionalLines(t *texts, name string, value *string, limit int) *string {
	if value == nil || strings.TrimSpace(*value) == "" {
		return optionalLine(t, name, value, limit)
	}
	t.lines(name, value, limit)
	return value
}

func cleanQuestions(t *texts, in *[]api.Question) []catalogue.Question {
	if in == nil {
		return nil
	}
	out := make([]catalogue.Question, len(*in))
	for i, q := range *in {
		at := "questions." + strconv.Itoa(i)
		t.line(at+".label", &q.Label, 60)
		out[i] = catalogue.Question{Key: q.Key, Label: q.Label, Help: t.optional(at+".help", q.Help, 100), Kind: string(q.Kind), Required: q.Required, Sensitive: or(q.Sensitive, false),
			Minimum: q.Minimum, Maximum: q.Maximum}
		for _, o := range or(q.Options, nil) {
			t.line(at+".options", &o, 30)
			out[i].Options = append(out[i].Options, o)
		}
	}
	return out
}
