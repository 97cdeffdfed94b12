package httpapi

import (
	"archive/zip"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"yimi/api"
	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/feature"
	"yimi/internal/hours"
	"yimi/internal/say"
)

// exportsADay is how many archives a person may fetch in a day: each reads all that there is.
const exportsADay = 3

var errExports = fault.Newf(fault.TooMany, "too_many_exports", "一天最多导出 %d 次，请明天再来", exportsADay)

// aboutExport says what an archive is, and what is not in it.
type aboutExport struct {
	Note   string    `json:"note"`
	MadeAt time.Time `json:"made_at"`
}

const exportNote = "这里是一米记下的、与您有关的全部数据。不在里面的：别人的数据；只写给社工和工作人员的话（是哪种、什么时候写的、可以问谁，都列出来了）；别人放进您申请里的文件；您作为工作人员办的、别人的事。"

// export is data.json, and what index.html is made of: about, each feature's part under its name,
// and merged, the exports of the accounts that were made one with this: what stayed in their name.
type export map[string]any

// ExportMe gives the actor a copy of all that is kept about them.
func (s *Server) ExportMe(ctx context.Context, _ api.ExportMeRequestObject) (api.ExportMeResponseObject, error) {
	id := auth.From(ctx).PersonID
	ok, _, err := s.Store.Hit(ctx, fmt.Sprintf("export:%d", id), exportsADay, 24*time.Hour)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errExports
	}
	data, err := s.export(ctx, feature.Account{PersonID: id})
	if err != nil {
		return nil, err
	}
	return &archive{ctx, s, id, data, s.Store.Now().In(hours.Shanghai)}, nil
}

// export gathers every feature's part. What can fail fails here, before the answer begins.
func (s *Server) export(ctx context.Context, of feature.Account) (export, error) {
	out := export{"about": aboutExport{exportNote, s.Store.Now().In(hours.Shanghai)}}
	var err error
	if of.Merged, err = s.Identity.Merged(ctx, of.PersonID); err != nil {
		return nil, err
	}
	for _, f := range s.Features {
		if f.Export == nil {
			continue
		}
		if out[f.Part], err = f.Export(ctx, of); err != nil {
			return nil, err
		}
	}
	merged := make([]export, len(of.Merged))
	for i, id := range of.Merged {
		if merged[i], err = s.export(ctx, feature.Account{PersonID: id, Into: of.PersonID}); err != nil {
			return nil, err
		}
	}
	out["merged"] = merged
	return out, nil
}

// archive is the answer of exportMe: a zip that is made while it is sent.
type archive struct {
	ctx      context.Context
	server   *Server
	personID int64
	data     export
	madeAt   time.Time
}

// VisitExportMeResponse writes the archive. An error in the middle of it cuts the connection:
// half an archive must not look like a whole one.
func (a *archive) VisitExportMeResponse(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="yimi-my-data.zip"`)
	w.WriteHeader(http.StatusOK)
	if err := a.write(zip.NewWriter(w)); err != nil {
		a.server.Log.ErrorContext(a.ctx, "export broken off", "actor_id", a.personID, "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

func (a *archive) write(z *zip.Writer) error {
	f, err := a.create(z, "data.json", zip.Deflate)
	if err != nil {
		return err
	}
	text := json.NewEncoder(f)
	text.SetIndent("", "  ")
	if err := text.Encode(a.data); err != nil {
		return err
	}
	if f, err = a.create(z, "index.html", zip.Deflate); err != nil {
		return err
	}
	if err := exportPage.Execute(f, a.data); err != nil {
		return err
	}
	for _, feature := range a.server.Features {
		if feature.Files == nil {
			continue
		}
		err := feature.Files(a.ctx, a.personID, func(name string, file []byte) error {
			f, err := a.create(z, name, zip.Store) // pictures are packed already
			if err != nil {
				return err
			}
			_, err = f.Write(file)
			return err
		})
		if err != nil {
			return err
		}
	}
	return z.Close()
}

func (a *archive) create(z *zip.Writer, name string, method uint16) (interface{ Write([]byte) (int, error) }, error) {
	return z.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: a.madeAt})
}

//go:embed export.html
var exportHTML string

// exportPage is the same as data.json, to read.
var exportPage = template.Must(template.New("index.html").Funcs(template.FuncMap{
	"at": say.Stamp,
	"optAt": func(t *time.Time) string {
		if t == nil {
			return "没有"
		}
		return say.Stamp(*t)
	},
	"opt": func(s *string) string {
		if s == nil {
			return "没有填"
		}
		return *s
	},
	"yes": func(b bool) string {
		if b {
			return "是"
		}
		return "否"
	},
	"spoken": say.Minutes,
	"say":    wordOf,
}).Parse(exportHTML))

// wordOf is a word of the program as people read it; a word without one stays.
func wordOf(word any) string {
	w := fmt.Sprint(word)
	if said := said[w]; said != "" {
		return said
	}
	return w
}

var said = map[string]string{
	"female": "女", "male": "男", "unknown": "没有填",
	"social_worker": "社工", "station_staff": "站点工作人员", "district_admin": "区级管理员", "auditor": "审计员", "finance": "财务人员", "org_member": "社会组织成员", "granted": "授予", "revoked": "撤销",
	"child": "子女", "self": "本人", "parent": "父母", "spouse": "配偶", "grandparent": "祖父母", "grandchild": "孙辈",
	"sibling": "兄弟姐妹", "neighbour": "邻居", "other": "其他",
	"first_aid": "急救", "nursing": "护理", "counselling": "心理疏导", "teaching": "辅导功课", "law": "法律", "driving": "驾驶", "haircut": "理发", "repair": "维修", "art": "文艺", "sign_language": "手语",
	"pending": "待审核", "waitlisted": "候补", "offered": "待确认", "confirmed": "已报名", "attended": "已到场", "absent": "未到场", "lapsed": "已过期",
	"draft": "草稿", "submitted": "待审批", "returned": "退回补充", "approved": "已通过", "rejected": "未通过", "assigned": "已安排", "scheduled": "已约好",
	"in_service": "服务中", "completed": "已完成", "closed": "已结案", "cancelled": "已取消", "referred": "已转介",
	"staff_note": "内部备注", "case_note": "面谈记录", "visit_done": "保密服务的服务记录", "hand_back": "社工交回的原因", "send_back": "别的站退回的原因", "reopen": "要再办的原因", "close": "结案审核意见",
	"merged": "合并成一个", "different": "是两个人", "phone": "电话相同", "identity": "证件相同", "link": "本人关联", "wechat": "微信相同", "proved_phone": "微信给的手机号相同",
	"held": "暂留", "booked": "已约", "done": "已完成", "no_show": "未到",
	"privacy": "隐私说明", "sensitive": "健康等敏感信息", "location": "位置", "identity_number": "证件号码", "leaderboard": "排行榜上的名字", "share": "给别的机构",
	"open": "核对中", "corrected": "已更正", "kept": "没有改动",
	"staff": "工作人员", "worker": "社工", "supervisor": "督导", "details": "申请内容", "contact": "电话和地址", "case_notes": "面谈记录", "attachment": "附件",
}
