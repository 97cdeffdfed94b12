package httpapi

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gin-gonic/gin"

	"yimi/api"
	"yimi/internal/audit"
)

// Base is the path under which the contract is served.
const Base = "/api/v1"

// operation is what the contract says of one method on one path.
type operation struct {
	id       string
	path     string
	item     *openapi3.PathItem
	op       *openapi3.Operation
	access   string // the name of may
	may      rule
	unagreed bool // open to somebody signed in who has not agreed to the present privacy notice
	rate     rateClass
	takesKey bool             // an Idempotency-Key
	maxBytes int64            // of the body; 0 for the setting
	anyBody  bool             // not JSON
	body     *openapi3.Schema // of JSON; nil: none
	ignores  bool             // something in the body
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
	return parse(spec)
})

func parse(spec *openapi3.T) (parsed, error) {
	spec.Servers = nil
	out := map[string]*operation{}
	for path, item := range spec.Paths.Map() {
		for method, op := range item.Operations() {
			var err error
			key := method + " " + Base + pathParam.ReplaceAllString(path, ":$1")
			op.OperationID = strings.ToLower(op.OperationID[:1]) + op.OperationID[1:] // the generator capitalises it
			if out[key], err = read(op); err != nil {
				return parsed{}, fmt.Errorf("contract: %s: %w", op.OperationID, err)
			}
			out[key].path, out[key].item = path, item
		}
	}
	return parsed{out, spec}, nil
}

// read reads what the contract says of an operation; one that does not say who may call it is no operation.
func read(op *openapi3.Operation) (*operation, error) {
	o := &operation{id: op.OperationID, op: op,
		takesKey: op.Parameters.GetByInAndName("header", idempotencyHeader) != nil,
		anyBody:  op.RequestBody != nil && op.RequestBody.Value.Content["application/json"] == nil}
	o.access, _ = op.Extensions["x-access"].(string)
	if o.may = rules[o.access]; o.may == nil {
		return nil, fmt.Errorf("x-access %q is none of the rules in access.go", o.access)
	}
	rate, said := op.Extensions["x-rate"].(string)
	if o.rate = rateClass(rate); said && o.rate != rateLogin && o.rate != rateExport {
		return nil, fmt.Errorf("x-rate %q", rate)
	}
	if body := op.RequestBody; body != nil && !o.anyBody {
		o.body = body.Value.Content["application/json"].Schema.Value
		o.ignores = hasIgnored(o.body)
	}
	o.unagreed, _ = op.Extensions["x-unagreed"].(bool)
	maxBytes, _ := op.Extensions["x-max-bytes"].(float64)
	o.maxBytes = int64(maxBytes)
	return o, nil
}

// AuditWords are what the log calls the operations that leave a line, by x-says.
func AuditWords() (audit.Words, error) {
	ops, _, err := operations()
	out := audit.Words{}
	for _, o := range ops {
		says, _ := o.op.Extensions["x-says"].(map[string]any)
		deed, _ := says["deed"].(string)
		look, _ := says["look"].(string)
		if deed != "" || look != "" {
			out[o.id] = audit.Word{Said: deed + look, Look: look != ""}
		}
	}
	return out, err
}

const operationKey = "operation"

func operationOf(c *gin.Context) *operation {
	o, _ := c.Value(operationKey).(*operation)
	return o
}
