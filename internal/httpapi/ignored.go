package httpapi

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gin-gonic/gin"
)

// ignored tells whether a property is only still accepted, for the previous release's pages.
func ignored(property *openapi3.SchemaRef) bool {
	return property.Value.Extensions["x-ignored-since"] != nil
}

// hasIgnored looks for an ignored property anywhere in a body.
func hasIgnored(body *openapi3.Schema) bool {
	for _, p := range body.Properties {
		if ignored(p) || hasIgnored(p.Value) {
			return true
		}
	}
	return body.Items != nil && hasIgnored(body.Items.Value) ||
		slices.ContainsFunc(body.AllOf, func(part *openapi3.SchemaRef) bool { return hasIgnored(part.Value) })
}

// dropIgnored takes the ignored properties out of a body that was found to fit the contract, so that none reaches the handler.
func dropIgnored(c *gin.Context, o *operation) {
	raw := c.MustGet(bodyKey).([]byte)
	if !o.ignores || len(raw) == 0 {
		return
	}
	var body any
	in := json.NewDecoder(bytes.NewReader(raw))
	in.UseNumber() // an id is beyond what a float64 holds
	if err := in.Decode(&body); err != nil {
		refuse(c, errBody.Because(err))
		return
	}
	drop(o.body, body)
	raw, err := json.Marshal(body)
	if err != nil {
		refuse(c, err)
		return
	}
	c.Request.Body, c.Request.ContentLength = io.NopCloser(bytes.NewReader(raw)), int64(len(raw))
}

func drop(of *openapi3.Schema, value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, p := range of.Properties {
			if ignored(p) {
				delete(v, name)
			} else {
				drop(p.Value, v[name])
			}
		}
	case []any:
		for _, item := range v {
			if of.Items != nil {
				drop(of.Items.Value, item)
			}
		}
	}
	for _, part := range of.AllOf {
		drop(part.Value, value)
	}
}
