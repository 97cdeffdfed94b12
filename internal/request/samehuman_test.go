package request

import (
	"testing"

	"yimi/internal/human"
)

func TestWhoIsOneBeneficiary(t *testing.T) {
	t.Parallel()
	mother, linked, child, stranger := int64(1), int64(2), int64(3), int64(4)
	born, later := "2015-03-01", "2016-07-09"
	id := int64(9)
	who := human.Human{Accounts: human.Set{mother, linked}, Own: human.Set{mother, linked, child}}
	typed := func(by *int64, name string, birth *string, phone string) toCome {
		return toCome{PersonID: by, BeneficiaryName: name, Relation: "child", BirthDate: birth, Phone: phone}
	}
	self := func(by *int64, name string) toCome {
		return toCome{PersonID: by, BeneficiaryName: name, Relation: Self}
	}
	listed := func(name string) toCome {
		return toCome{PersonID: &mother, BeneficiaryID: &id, BeneficiaryName: name, Relation: "parent"}
	}
	for name, c := range map[string]struct {
		a, b toCome
		want bool
	}{
		"one of one's list, renamed":                     {listed("林国栋"), listed("林老先生"), true},
		"oneself by two accounts of one human":           {self(&mother, "林晓雯"), self(&linked, "小雯"), true},
		"oneself, and a stranger of another name":        {self(&mother, "林晓雯"), self(&stranger, "马兰"), false},
		"oneself, and a stranger of one's name":          {self(&mother, "林晓雯"), self(&stranger, "林晓雯"), false},
		"typed twice by one account":                     {typed(&mother, "小明", nil, ""), typed(&mother, "小明", &born, ""), true},
		"typed by two accounts of one human":             {typed(&mother, "小明", nil, ""), typed(&linked, "小明", nil, ""), true},
		"a child as typed, and by the child's account":   {typed(&mother, "小明", nil, ""), self(&child, "小明"), true},
		"typed by both parents, who are two humans":      {typed(&mother, "小明", &born, ""), typed(&stranger, "小明", &born, ""), true},
		"two children of one name in one family":         {typed(&mother, "小明", &born, ""), typed(&mother, "小明", &later, ""), false},
		"two callers of one name":                        {typed(nil, "王阿姨", nil, "13900000001"), typed(nil, "王阿姨", nil, "13900000002"), false},
		"one caller twice":                               {typed(nil, "王阿姨", nil, "139 0000-0001"), typed(nil, "王阿姨", nil, "13900000001"), true},
		"two callers of one name without a phone":        {typed(nil, "王阿姨", nil, ""), typed(nil, "王阿姨", nil, ""), false},
		"a caller with the phone of an account's parent": {typed(nil, "林国栋", nil, "13900000001"), typed(&mother, "林国栋", nil, "13900000001"), true},
		"two people with one phone":                      {typed(&mother, "林国栋", nil, "13900000001"), typed(&mother, "林奶奶", nil, "13900000001"), false},
	} {
		if got := c.a.sameHuman(&c.b, who); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
		if got := c.b.sameHuman(&c.a, who); got != c.want {
			t.Errorf("%s, the other way round: %v", name, got)
		}
	}
}
