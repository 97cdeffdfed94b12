package httpapi

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/time/rate"

	"yimi/internal/auth"
	"yimi/internal/fault"
)

// Rates is how many requests this server takes in a minute, and in one moment; 0: any number.
// Several servers each count their own part (the setting "servers"). What guesses secrets that are short enough to be
// guessed (passwords, check-in digits) is counted in the database instead, by all together.
type Rates struct {
	PersonReads, PersonWrites, PersonUploads, PersonExports int
	AddressRequests, AddressLogins                          int
}

// rateClass is x-rate of an operation that is not counted by its method alone.
type rateClass string

const (
	rateLogin  rateClass = "login"  // takes a secret of somebody who is not signed in
	rateExport rateClass = "export" // makes something large anew each time
)

// limitAddress counts the requests of one network, before anything is asked of the database.
func (s *Server) limitAddress(c *gin.Context) {
	network := auth.Network(c.ClientIP())
	s.spend(c, s.addresses, network, s.Config.Rates.AddressRequests)
	if !c.IsAborted() && operationOf(c).rate == rateLogin {
		s.spend(c, s.addresses, "login "+network, s.Config.Rates.AddressLogins)
	}
}

// limitPerson counts the requests of one person, by what they do.
func (s *Server) limitPerson(c *gin.Context) {
	a := auth.From(c.Request.Context())
	if !a.SignedIn() {
		return
	}
	class, perMinute := "w", s.Config.Rates.PersonWrites
	switch {
	case operationOf(c).rate == rateExport:
		class, perMinute = "e", s.Config.Rates.PersonExports
	case c.Request.Method == http.MethodGet:
		class, perMinute = "r", s.Config.Rates.PersonReads
	case operationOf(c).anyBody:
		class, perMinute = "u", s.Config.Rates.PersonUploads
	}
	s.spend(c, s.people, class+strconv.FormatInt(a.PersonID, 10), perMinute)
}

// spend takes one request from the bucket, or refuses and says when the next may come.
func (s *Server) spend(c *gin.Context, b *buckets, name string, perMinute int) {
	if perMinute == 0 {
		return
	}
	now := s.Store.Now().Time
	turn := b.of(name, perMinute).ReserveN(now, 1)
	if wait := turn.DelayFrom(now); wait > 0 {
		turn.CancelAt(now)
		refuse(c, tooMany(wait))
	}
}

func tooMany(wait time.Duration) error {
	return fault.Newf(fault.TooMany, "too_many_requests", "操作太快了，这一次没有执行。请 %d 秒后再试", int(math.Ceil(wait.Seconds()))).After(wait)
}

// maxBuckets bounds the memory of one generation: about 10 MB.
const maxBuckets = 50_000

// buckets are token buckets by name, in two generations: when the young one is full, the old
// one is forgotten. Who is forgotten begins with a full bucket; who comes often is not.
type buckets struct {
	mu         sync.Mutex
	young, old map[string]*rate.Limiter
}

func newBuckets() *buckets { return &buckets{young: map[string]*rate.Limiter{}} }

func (b *buckets) of(name string, perMinute int) *rate.Limiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.young[name]
	if l != nil {
		return l
	}
	if l = b.old[name]; l == nil {
		l = rate.NewLimiter(rate.Limit(float64(perMinute)/60), perMinute)
	}
	if len(b.young) >= maxBuckets {
		b.old, b.young = b.young, map[string]*rate.Limiter{}
	}
	b.young[name] = l
	return l
}
