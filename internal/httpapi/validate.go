package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/gin-gonic/gin"

	"yimi/internal/fault"
)

var filterOptions = &openapi3filter.Options{
	MultiError:          true,
	AuthenticationFunc:  openapi3filter.NoopAuthenticationFunc,
	SkipSettingDefaults: true,
}

// validate checks parameters and body against the contract before anything else sees them.
func (s *Server) validate(c *gin.Context) {
	o := operationOf(c)
	params := make(map[string]string, len(c.Params))
	for _, p := range c.Params {
		params[p.Key] = p.Value
	}
	in := &openapi3filter.RequestValidationInput{
		Request: c.Request, PathParams: params, Options: filterOptions,
		Route: &routers.Route{Spec: s.spec, Path: o.path, PathItem: o.item, Method: c.Request.Method, Operation: o.op},
	}
	err := openapi3filter.ValidateRequest(c.Request.Context(), in)
	switch {
	case err == nil:
		dropIgnored(c, o)
	case inPath(err): // a link with a slip of the pen leads nowhere, as one to what is gone
		refuse(c, errNothingThere.Because(err))
	default:
		refuse(c, schemaFault(err))
	}
}

var errNothingThere = fault.New(fault.NotFound, "not_found", "链接可能不完整，或已经失效")

// inPath tells whether what does not fit the contract stands in the path.
func inPath(err error) bool {
	switch e := err.(type) { //nolint:errorlint // walks the tree level by level
	case openapi3.MultiError:
		return slices.ContainsFunc(e, inPath)
	case *openapi3filter.RequestError:
		return e.Parameter != nil && e.Parameter.In == openapi3.ParameterInPath
	}
	return false
}

// limitBody reads the body once, within the limit, so that validation, the
// idempotency hash and the handler all see the same bytes.
func (s *Server) limitBody(c *gin.Context) {
	if c.Request.Body == nil || c.Request.ContentLength == 0 {
		c.Request.Body = http.NoBody
		c.Set(bodyKey, []byte(nil))
		return
	}
	o := operationOf(c)
	limit := max(o.maxBytes, s.Config.MaxBodyBytes)
	if c.Request.ContentLength > limit {
		refuse(c, errTooLarge)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, limit))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			err = errTooLarge.Because(err)
		} else {
			err = errBody.Because(err)
		}
		refuse(c, err)
		return
	}
	if len(body) > 0 && c.Request.Header.Get("Content-Type") == "" {
		c.Request.Header.Set("Content-Type", "application/json")
	}
	if len(body) > 0 && !o.anyBody && !json.Valid(body) { // the decoders would stop after a first value and take it
		refuse(c, errBody)
		return
	}
	c.Set(bodyKey, body)
	c.Request.Body = io.NopCloser(bytes.NewReader(body))
	c.Request.ContentLength = int64(len(body))
}

// schemaFault says in Chinese which fields do not fit; what is no field error is a malformed body.
func schemaFault(err error) error {
	var fields []fault.Field
	collectFields(err, "", &fields)
	if len(fields) == 0 {
		return errBody.Because(err)
	}
	f := fault.BadFields(fields...)
	return f.Because(err)
}

func collectFields(err error, name string, out *[]fault.Field) {
	var multi openapi3.MultiError
	switch e := err.(type) { //nolint:errorlint // walks the tree level by level
	case openapi3.MultiError:
		for _, one := range e {
			collectFields(one, name, out)
		}
	case *openapi3filter.RequestError:
		if e.Parameter != nil {
			name = e.Parameter.Name
		}
		if e.Err == nil || (name == "" && e.RequestBody == nil) {
			return
		}
		if name != "" && !errors.As(e.Err, &multi) && !isSchemaError(e.Err) {
			*out = append(*out, fault.Field{Name: name, Message: "格式不对"})
			return
		}
		collectFields(e.Err, name, out)
	case *openapi3.SchemaError:
		at := strings.Join(e.JSONPointer(), ".")
		if name == "" {
			name = at
		}
		if name == "" {
			name = "body"
		}
		*out = append(*out, fault.Field{Name: name, Message: schemaMessage(e)})
	}
}

func isSchemaError(err error) bool {
	var e *openapi3.SchemaError
	return errors.As(err, &e)
}

// schemaMessage turns a broken keyword of the schema into plain Chinese.
func schemaMessage(e *openapi3.SchemaError) string {
	sch := e.Schema
	switch e.SchemaField {
	case "required":
		return "这一项必须填写"
	case "minLength":
		return fmt.Sprintf("至少 %d 个字", sch.MinLength)
	case "maxLength":
		return fmt.Sprintf("最多 %d 个字", *sch.MaxLength)
	case "minimum":
		return fmt.Sprintf("不能小于 %v", *sch.Min)
	case "maximum":
		return fmt.Sprintf("不能大于 %v", *sch.Max)
	case "minItems":
		return fmt.Sprintf("至少 %d 项", sch.MinItems)
	case "maxItems":
		return fmt.Sprintf("最多 %d 项", *sch.MaxItems)
	case "uniqueItems":
		return "有重复的项"
	case "enum":
		return "不是可选的值"
	case "properties":
		return "没有这一项"
	case "type", "nullable":
		return "类型不对"
	case "minProperties":
		return "没有要修改的内容"
	}
	return "格式不对"
}
