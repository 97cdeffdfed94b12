package httpapi

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"yimi/api"
	"yimi/internal/fault"
)

// statusOf is the one map from a kind of refusal to an HTTP status.
var statusOf = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Invalid:         http.StatusBadRequest,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.Unprocessable:   http.StatusUnprocessableEntity,
	fault.TooOld:          http.StatusUpgradeRequired,
	fault.TooMany:         http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

// refuse answers the request with problem details and ends it. The error is kept
// for the request's one log line.
func refuse(c *gin.Context, err error) {
	f := fault.From(err)
	status := statusOf[f.Kind]
	_ = c.Error(err)
	c.Set(faultKey, f)
	body, _ := json.Marshal(api.Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status,
		Code: f.Code, Detail: f.Message, RequestID: c.GetString(requestIDKey), Fields: fieldProblems(f.Fields), NextFree: openings(f.Openings),
	})
	if f.Wait > 0 {
		c.Header("Retry-After", strconv.Itoa(int(math.Ceil(f.Wait.Seconds()))))
	}
	if status == http.StatusUnauthorized {
		c.Header("WWW-Authenticate", "Bearer")
	}
	c.Data(status, "application/problem+json", body)
	c.Abort()
}

func fieldProblems(fields []fault.Field) *[]api.FieldProblem {
	if len(fields) == 0 {
		return nil
	}
	out := make([]api.FieldProblem, len(fields))
	for i, f := range fields {
		out[i] = api.FieldProblem{Name: f.Name, Message: f.Message}
	}
	return &out
}

var (
	errRoute    = fault.New(fault.NotFound, "not_found", "没有这个地址，请检查后再试")
	errMethod   = fault.New(fault.NotFound, "not_found", "这个地址不支持这种请求")
	errBody     = fault.New(fault.Invalid, "invalid_body", "提交的内容格式不对，请检查后再试")
	errHost     = fault.New(fault.Invalid, "unknown_host", "这个网址不是本站的。请用社工站告诉您的网址打开；管理员请看设置 hosts")
	errOrigin   = fault.New(fault.Forbidden, "cross_origin", "这个请求来自别的网站，没有执行")
	errTooLarge = fault.New(fault.TooLarge, "body_too_large", "提交的内容太大了，请精简后再试")
)
