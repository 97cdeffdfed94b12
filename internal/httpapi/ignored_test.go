package httpapi

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gin-gonic/gin"
)

const madeUp = `
openapi: 3.0.3
info: {title: made up, version: "1"}
paths:
  /visits:
    post:
      operationId: addVisit
      x-access: public
      requestBody:
        content:
          application/json:
            schema:
              type: object
              additionalProperties: false
              required: [id]
              properties:
                id: {type: integer}
                colour: {type: string, enum: [red, blue], deprecated: true, x-ignored-since: 0.1.0}
                people:
                  type: array
                  items:
                    type: object
                    additionalProperties: false
                    properties:
                      name: {type: string}
                      shoe: {type: integer, deprecated: true, x-ignored-since: 0.1.0}
      responses: {"200": {description: Added}}
`

// A field that the contract ignores is taken, checked as before, and does not reach the handler; one that it does not know is refused.
func TestAnIgnoredFieldIsTakenAndNotPassedOn(t *testing.T) {
	t.Parallel()
	spec, err := openapi3.NewLoader().LoadFromData([]byte(madeUp))
	if err != nil {
		t.Fatal(err)
	}
	made, err := parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Deps: Deps{Config: Config{MaxBodyBytes: 1 << 10}}, spec: made.spec, operations: made.operations}
	e := gin.New()
	e.POST(Base+"/visits", s.route, s.limitBody, s.validate, func(c *gin.Context) {
		body, _ := io.ReadAll(c.Request.Body)
		c.Data(http.StatusOK, "application/json", body)
	})
	for sent, want := range map[string]string{
		`{"id":9007199254740993}`:                       `{"id":9007199254740993}`,
		`{"id":9007199254740993,"colour":"red"}`:        `{"id":9007199254740993}`,
		`{"people":[{"shoe":43,"name":"王"},{}],"id":1}`: `{"id":1,"people":[{"name":"王"},{}]}`,
		`{"id":1,"colour":"green"}`:                     "invalid_fields",
		`{"id":1,"color":"red"}`:                        "invalid_fields",
		`{"id":1,"people":[{"shoes":43}]}`:              "invalid_fields",
		`{"colour":"red"}`:                              "invalid_fields",
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, Base+"/visits", strings.NewReader(sent))
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if got := w.Body.String(); got != want && !strings.Contains(got, `"code":"`+want+`"`) {
			t.Errorf("%s: %d %s, want %s", sent, w.Code, got, want)
		}
	}
}
