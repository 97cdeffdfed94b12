package httpapi

import (
	"fmt"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gin-gonic/gin"

	"yimi/api"
)

// refusal is what x-refusals says of a code: its status, and a sentence that people see with it.
type refusal struct {
	Status int
	Detail string
}

// registerDocs serves the contract to programs, with its refusals in words; the page that shows it to people is web/docs.
func registerDocs(e *gin.Engine) {
	e.GET("/docs/openapi.json", func(c *gin.Context) {
		spec, err := api.GetSpec()
		if err != nil {
			refuse(c, err)
			return
		}
		sayRefusals(spec)
		c.JSON(http.StatusOK, spec)
	})
}

// sayRefusals writes what each operation, and what any, refuses with into its description.
func sayRefusals(spec *openapi3.T) {
	said := refusals(spec)
	spec.Info.Description += "\n\n**Every operation** may refuse with one of these; its own stand beside it." + table(codesOf(spec.Extensions), said)
	for _, op := range contractOperations(spec) {
		op.Description += table(codesOf(op.Extensions), said)
	}
}

func table(codes []string, said map[string]refusal) string {
	if len(codes) == 0 {
		return ""
	}
	out := "\n\n| Refused with | Status | Such as |\n|---|---|---|\n"
	for _, code := range codes {
		out += fmt.Sprintf("| `%s` | %d | %s |\n", code, said[code].Status, said[code].Detail)
	}
	return out
}

func contractOperations(spec *openapi3.T) (out []*openapi3.Operation) {
	for _, item := range spec.Paths.Map() {
		for _, op := range item.Operations() {
			out = append(out, op)
		}
	}
	return out
}

// codesOf reads x-codes.
func codesOf(extensions map[string]any) (out []string) {
	list, _ := extensions["x-codes"].([]any)
	for _, code := range list {
		out = append(out, fmt.Sprint(code))
	}
	return out
}

func refusals(spec *openapi3.T) map[string]refusal {
	out := map[string]refusal{}
	table, _ := spec.Extensions["x-refusals"].(map[string]any)
	for code, raw := range table {
		row, _ := raw.(map[string]any)
		status, _ := row["status"].(float64)
		detail, _ := row["detail"].(string)
		out[code] = refusal{int(status), detail}
	}
	return out
}
