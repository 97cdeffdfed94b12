// Package httpapi serves the contract: it finds the operation, checks who asks,
// what they may do and what they sent, and maps between the contract's types and
// the features'.
package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gin-gonic/gin"

	"yimi/api"
	"yimi/internal/activity"
	"yimi/internal/audit"
	"yimi/internal/auth"
	"yimi/internal/booking"
	"yimi/internal/campaign"
	"yimi/internal/catalogue"
	"yimi/internal/feature"
	"yimi/internal/hours"
	"yimi/internal/identity"
	"yimi/internal/outbox"
	"yimi/internal/policy"
	"yimi/internal/poster"
	"yimi/internal/request"
	"yimi/internal/seal"
	"yimi/internal/store"
	"yimi/internal/unit"
)

// Config is what the transport itself needs to know.
type Config struct {
	Demo           bool
	MaxBodyBytes   int64    // largest request body
	TrustedProxies []string // addresses whose X-Forwarded-For is believed
	Hosts          []string // names answered to, beside those of this machine
	Rates          Rates
	OldestClient   string // the oldest mini-program that is served
}

// Deps are the parts that the transport puts together.
type Deps struct {
	Config     Config
	Log        *slog.Logger
	Metrics    *Metrics
	Store      *store.Store
	Tokens     *auth.Tokens
	Box        *seal.Box // for the answers kept for replays
	Identity   *identity.Service
	Units      *unit.Service
	Campaigns  *campaign.Service
	Activities *activity.Service
	Hours      *hours.Service
	Outbox     *outbox.Service
	Catalogue  *catalogue.Service
	Bookings   *booking.Service
	Requests   *request.Service
	Audit      *audit.Service
	Policies   *policy.Service
	Features   []feature.Feature // gone round for an export
	// MiniCode gives the mini-program code that opens a page with a scene, a PNG or JPEG.
	MiniCode func(ctx context.Context, scene, page string) ([]byte, error)
	// CloseAccount closes the actor's account; the reason is one of the contract's, or empty.
	CloseAccount func(ctx context.Context, reason string) error
}

// Server implements the contract's strict server interface; each feature's
// operations are in the file of its name.
type Server struct {
	Deps
	spec       *openapi3.T
	operations map[string]*operation
	origins    http.CrossOriginProtection
	people     *buckets // of persons, by class
	addresses  *buckets // of networks
	posters    *poster.Kept
}

var _ api.StrictServerInterface = (*Server)(nil)

// New reads the contract; it fails only when the embedded contract is broken.
func New(deps Deps) (*Server, error) {
	ops, spec, err := operations()
	if err != nil {
		return nil, err
	}
	return &Server{Deps: deps, spec: spec, operations: ops, people: newBuckets(), addresses: newBuckets(), posters: poster.NewKept()}, nil
}

// Engine is the router with the contract under Base, the docs and the health
// checks; the caller adds the front ends.
func (s *Server) Engine() (*gin.Engine, error) {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.ContextWithFallback = false
	if err := e.SetTrustedProxies(s.Config.TrustedProxies); err != nil {
		return nil, err
	}
	e.Match([]string{http.MethodGet, http.MethodHead}, "/healthz", func(c *gin.Context) { c.String(http.StatusOK, "ok\n") })
	e.Match([]string{http.MethodGet, http.MethodHead}, "/readyz", s.ready)
	e.Use(s.named) // what stands above is asked by address
	registerDocs(e)
	g := e.Group("", s.observe, s.route, s.servedClient, s.sameOrigin, s.limitAddress, s.authenticate, s.limitPerson, s.authorize, agreed, s.limitBody, s.validate, s.idempotent)
	strict := api.NewStrictHandlerWithOptions(s, nil, api.StrictGinServerOptions{
		RequestErrorHandlerFunc:  func(c *gin.Context, err error) { refuse(c, errBody.Because(err)) },
		HandlerErrorFunc:         refuse,
		ResponseErrorHandlerFunc: refuse,
	})
	api.RegisterHandlersWithOptions(g, strict, api.GinServerOptions{
		BaseURL:      Base,
		ErrorHandler: func(c *gin.Context, err error, _ int) { refuse(c, errBody.Because(err)) },
	})
	e.NoRoute(s.observe, noRoute)
	return e, nil
}

// WithPatch lets a POST that says X-HTTP-Method-Override: PATCH be that PATCH: the
// mini-program's wx.request cannot send one. It stands before the routing.
func WithPatch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.Header.Get("X-HTTP-Method-Override") == http.MethodPatch {
			r.Method = http.MethodPatch
		}
		next.ServeHTTP(w, r)
	})
}

func noRoute(c *gin.Context) {
	if strings.HasPrefix(c.Request.URL.Path, "/api/") {
		refuse(c, errRoute)
		return
	}
	c.String(http.StatusNotFound, "没有这个页面\n")
}

func (s *Server) ready(c *gin.Context) {
	if err := s.Store.Ready(c.Request.Context()); err != nil {
		s.Log.WarnContext(c.Request.Context(), "not ready", "error", err)
		c.String(http.StatusServiceUnavailable, "not ready\n")
		return
	}
	c.String(http.StatusOK, "ready\n")
}

// route finds the operation by gin's own route; one that the contract does not know is refused.
// From here on the context says which call it is and where it came from.
func (s *Server) route(c *gin.Context) {
	o := s.operations[c.Request.Method+" "+c.FullPath()]
	if o == nil {
		refuse(c, errMethod)
		return
	}
	c.Set(operationKey, o)
	ctx := context.WithValue(c.Request.Context(), addrKey{}, c.ClientIP())
	ctx = audit.With(ctx, audit.Origin{Operation: o.id, Network: audit.Network(c.ClientIP()), RequestID: c.GetString(requestIDKey)})
	c.Request = c.Request.WithContext(ctx)
}

// sameOrigin refuses a write that a browser sends for another site's page (Sec-Fetch-Site, or
// Origin against Host). WeChat and other programs send neither.
func (s *Server) sameOrigin(c *gin.Context) {
	if err := s.origins.Check(c.Request); err != nil {
		refuse(c, errOrigin.Because(err))
	}
}

// authenticate puts the actor of the bearer token into the context. The session is
// looked up each time, so a logout or a revoked role counts from the next call.
func (s *Server) authenticate(c *gin.Context) {
	header := c.GetHeader("Authorization")
	if header == "" {
		return
	}
	token, ok := strings.CutPrefix(header, "Bearer ")
	if !ok {
		refuse(c, auth.ErrSignIn)
		return
	}
	actor, err := s.actor(c.Request.Context(), token)
	if err != nil {
		refuse(c, err)
		return
	}
	c.Request = c.Request.WithContext(auth.With(c.Request.Context(), actor))
}

func (s *Server) actor(ctx context.Context, token string) (auth.Actor, error) {
	claims, err := s.Tokens.Verify(token)
	if err != nil {
		return auth.Actor{}, err
	}
	return s.Identity.Actor(ctx, claims.PersonID, claims.SessionID)
}

// authorize applies the operation's x-access.
func (s *Server) authorize(c *gin.Context) {
	if err := operationOf(c).may(auth.From(c.Request.Context())); err != nil {
		refuse(c, err)
	}
}

// agreed refuses what needs a sign-in until the present privacy notice is agreed to
// (个人信息保护法 Art 13, 14); what is public stays open, and what x-unagreed says: to see who one is, to decide, and to leave;
// and what one, or one's child, asked or signed up for before can be seen and cancelled.
func agreed(c *gin.Context) {
	actor, o := auth.From(c.Request.Context()), operationOf(c)
	if !actor.SignedIn() || actor.Agreed || o.unagreed || o.may(auth.Actor{}) == nil {
		return
	}
	refuse(c, identity.ErrPrivacy)
}

type addrKey struct{}

// clientAddr is the caller's address, for throttles only; it is never stored with a person.
func clientAddr(ctx context.Context) string {
	addr, _ := ctx.Value(addrKey{}).(string)
	return addr
}
