package httpapi

import (
	"strings"

	"github.com/gin-gonic/gin"
	"golang.org/x/mod/semver"

	"yimi/internal/fault"
)

var errClientTooOld = fault.New(fault.TooOld, "client_too_old", "这个版本太旧了，这次没有办成。请更新：在小程序里，把小程序划掉再打开；在浏览器里，刷新页面")

// servedClient refuses a mini-program (or H5) older than the oldest that is served. It says its version with
// each call; other programs say none.
func (s *Server) servedClient(c *gin.Context) {
	number, ok := strings.CutPrefix(c.GetHeader("X-Yimi-Client"), "miniprogram/")
	if ok && semver.IsValid("v"+number) && semver.Compare("v"+number, "v"+s.Config.OldestClient) < 0 {
		refuse(c, errClientTooOld)
	}
}
