package identity

import (
	"slices"

	"yimi/internal/fault"
	"yimi/internal/store"
)

// ConsentKind is what a person agrees to.
type ConsentKind string

// The kinds of consents. Privacy is the notice itself; each of the others is a consent of its
// own (个人信息保护法 Art 23, 25, 29).
const (
	Privacy        ConsentKind = "privacy"         // before the first private call
	Sensitive      ConsentKind = "sensitive"       // words about health, or of a confidential talk, in a request
	Location       ConsentKind = "location"        // a position sent at check-in
	IdentityNumber ConsentKind = "identity_number" // kept for the record certificate
	Leaderboard    ConsentKind = "leaderboard"     // to be named in public
	Share          ConsentKind = "share"           // with an outside organisation
)

// Consent is a line of the log of consents, which only grows.
type Consent struct {
	ID         int64
	PersonID   int64
	Kind       ConsentKind
	Version    string // of the words
	Given      bool   // or withdrawn
	ByPersonID int64  // who decided, or was told
	ByRole     ConsentBy
	At         store.Time
}

// ConsentBy is as what somebody decided.
type ConsentBy string

// Who decides.
const (
	BySelf     ConsentBy = "self"
	ByGuardian ConsentBy = "guardian" // of a child under 14, from the guardian's own account (个人信息保护法 Art 31)
	ByStaff    ConsentBy = "staff"    // who were told by the person
)

// TableName is consents.
func (Consent) TableName() string { return "consents" }

// Notice is the privacy notice with the words of each separate consent.
type Notice struct {
	Version  string
	Sections []Section
	Consents []ConsentWords
}

// Section is a part of the notice.
type Section struct {
	Title string
	Lines []string
}

// ConsentWords say what one separate consent is to.
type ConsentWords struct {
	Kind    ConsentKind
	Version string
	Title   string
	Text    string // what for, and how it is kept
	Without string // what is so without the consent
}

// Kinds lists the kinds of consents that there are words for, the notice first.
func (n *Notice) Kinds() []ConsentKind {
	kinds := []ConsentKind{Privacy}
	for _, c := range n.Consents {
		kinds = append(kinds, c.Kind)
	}
	return kinds
}

// VersionOf gives the present version of a kind's words; "" for a kind that there are none for.
func (n *Notice) VersionOf(kind ConsentKind) string {
	if kind == Privacy {
		return n.Version
	}
	at := slices.IndexFunc(n.Consents, func(c ConsentWords) bool { return c.Kind == kind })
	if at < 0 {
		return ""
	}
	return n.Consents[at].Version
}

// Standing is how one consent stands now.
type Standing struct {
	Kind    ConsentKind
	Version string   // of the words as they are now
	Holds   bool     // given to these words and not withdrawn
	Last    *Consent // the last line of the log; nil: never asked
}

// standing judges the last line of a kind. A consent to other words does not hold.
func (n *Notice) standing(kind ConsentKind, last *Consent) Standing {
	version := n.VersionOf(kind)
	return Standing{Kind: kind, Version: version, Last: last, Holds: last != nil && last.Given && last.Version == version}
}

// The refusals of consent.
var (
	// ErrPrivacy refuses a private call of somebody who has not agreed to the present notice.
	ErrPrivacy = fault.New(fault.Forbidden, "privacy_consent_needed", "请先看一看隐私说明，同意后再继续。不同意也可以浏览活动和服务")

	errPrivacyVersion = fault.New(fault.Conflict, "privacy_version_changed", "说明刚刚更新了，请看过新的内容再决定")
	errNumber         = fault.New(fault.Unprocessable, "consent_needed", "证件号码要您单独同意后才能保存。不填也可以，别的都不受影响").
				With(fault.Field{Name: string(IdentityNumber), Message: "还没有同意"})
	errWardDecides = fault.New(fault.Unprocessable, "ward_decides", "孩子满 14 周岁了，这些由孩子自己决定")
	errConsentKind = fault.New(fault.Unprocessable, "consent_unknown", "没有这一项授权，请刷新后再试")
)
