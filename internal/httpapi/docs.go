package httpapi

import (
	_ "embed"
	"html/template"
	"net/http"
	"sort"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gin-gonic/gin"

	"yimi/api"
)

//go:embed docs.html
var docsHTML string

type docsOperation struct {
	Method, Path, ID, Summary, Description string
	Operation                              *openapi3.Operation
}

type docsTag struct {
	Name, Description string
	Operations        []docsOperation
}

// registerDocs serves the contract: /docs for people, /docs/openapi.json for programs.
func registerDocs(e *gin.Engine) {
	tmpl := template.Must(template.New("docs").Parse(docsHTML))
	e.GET("/docs/openapi.json", func(c *gin.Context) {
		raw, err := api.GetSpecJSON()
		if err != nil {
			refuse(c, err)
			return
		}
		c.Data(http.StatusOK, "application/json", raw)
	})
	e.GET("/docs", func(c *gin.Context) {
		spec, err := api.GetSpec()
		if err != nil {
			refuse(c, err)
			return
		}
		c.Header("Content-Type", "text/html; charset=utf-8")
		c.Header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		_ = tmpl.Execute(c.Writer, map[string]any{"Spec": spec, "Tags": docsTags(spec)})
	})
}

func docsTags(spec *openapi3.T) []docsTag {
	byTag := map[string][]docsOperation{}
	for path, item := range spec.Paths.Map() {
		for method, op := range item.Operations() {
			tag := op.Tags[0]
			byTag[tag] = append(byTag[tag], docsOperation{method, path, op.OperationID, op.Summary, op.Description, op})
		}
	}
	var out []docsTag
	for _, t := range spec.Tags {
		ops := byTag[t.Name]
		sort.Slice(ops, func(i, j int) bool { return ops[i].Path+ops[i].Method < ops[j].Path+ops[j].Method })
		out = append(out, docsTag{t.Name, t.Description, ops})
	}
	return out
}
