package httpapi

import (
	"regexp"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gin-gonic/gin"

	"yimi/api"
)

// Base is the path under which the contract is served.
const Base = "/api/v1"

// operation is what the contract says of one method on one path.
type operation struct {
	id       string
	path     string
	item     *openapi3.PathItem
	op       *openapi3.Operation
	takesKey bool  // an Idempotency-Key
	maxBytes int64 // of the body; 0 for the setting
	anyBody  bool  // not JSON
}

var pathParam = regexp.MustCompile(`\{(\w+)\}`)

// operations lists the contract by "METHOD /gin/:path", the key that gin's FullPath gives in O(1).
func operations() (map[string]*operation, *openapi3.T, error) {
	c, err := contract()
	return c.operations, c.spec, err
}

type parsed struct {
	operations map[string]*operation
	spec       *openapi3.T
}

// contract parses the contract once a process, since tests start many servers.
var contract = sync.OnceValues(func() (parsed, error) {
	spec, err := api.GetSpec()
	if err != nil {
		return parsed{}, err
	}
	spec.Servers = nil
	out := map[string]*operation{}
	for path, item := range spec.Paths.Map() {
		for method, op := range item.Operations() {
			key := method + " " + Base + pathParam.ReplaceAllString(path, ":$1")
			op.OperationID = strings.ToLower(op.OperationID[:1]) + op.OperationID[1:] // the generator capitalises it
			out[key] = &operation{id: op.OperationID, path: path, item: item, op: op,
				takesKey: op.Parameters.GetByInAndName("header", idempotencyHeader) != nil,
				maxBytes: maxBytes(op), anyBody: op.RequestBody != nil && op.RequestBody.Value.Content["application/json"] == nil}
		}
	}
	return parsed{out, spec}, nil
})

// maxBytes reads x-max-bytes: the body's limit where it is not the setting's.
func maxBytes(op *openapi3.Operation) int64 {
	n, _ := op.Extensions["x-max-bytes"].(float64)
	return int64(n)
}

const operationKey = "operation"

func operationOf(c *gin.Context) *operation {
	o, _ := c.Value(operationKey).(*operation)
	return o
}
