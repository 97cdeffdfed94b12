package identity

import (
	"slices"

	"yimi/internal/fault"
	"yimi/internal/store"
)

// Relation is what two people say of themselves: they are related, so neither gives the other a
// second hand (rule 8). Kind is what High is to Low.
type Relation struct {
	ID         int64
	LowID      int64
	HighID     int64
	Kind       string
	Live       *int64 // 1 until it ends: one live for each pair
	DeclaredAt store.Time
	EndedAt    *store.Time
}

// TableName names the table.
func (Relation) TableName() string { return "declared_relations" }

// Relative is a relation as one of the two sees it: Kind is what the other is to them.
type Relative struct {
	Relation
	Name string // of the other
}

// turned says what one is to the other, from what the other is to them.
var turned = map[string]string{"spouse": "spouse", "parent": "child", "child": "parent", "sibling": "sibling", "other": "other"}

// relate is the relation of a person to one who is of a kind to them.
func relate(personID, otherID int64, kind string) *Relation {
	if personID > otherID {
		personID, otherID, kind = otherID, personID, turned[kind]
	}
	return &Relation{LowID: personID, HighID: otherID, Kind: kind}
}

// seenBy turns the kinds of relations to what one of the accounts sees.
func seenBy(mine []int64, rows []Relative) []Relative {
	for i := range rows {
		if slices.Contains(mine, rows[i].HighID) {
			rows[i].Kind = turned[rows[i].Kind]
		}
	}
	return rows
}

var (
	errRelationKind = fault.BadFields(fault.Field{Name: "kind", Message: "没有这种关系，请重新选择"})
	errOwnRelative  = fault.New(fault.Unprocessable, "own_code", "这是您自己的账号，不用登记亲属")
	errRelated      = fault.New(fault.Conflict, "already_related", "你们已经登记过是亲属了")
)
