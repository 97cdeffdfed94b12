package httpapi

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"yimi/api"
)

// registerDocs serves the contract to programs; the page that shows it to people is web/docs.
func registerDocs(e *gin.Engine) {
	e.GET("/docs/openapi.json", func(c *gin.Context) {
		raw, err := api.GetSpecJSON()
		if err != nil {
			refuse(c, err)
			return
		}
		c.Data(http.StatusOK, "application/json", raw)
	})
}
