// Package wechattest is a WeChat server on loopback: it serves the documented
// endpoints with their documented answers and error codes, for tests and for
// demo mode. It is a real HTTP server, so the real client talks to it. It keeps
// what it was asked, so that a test can ask what was sent to whom.
package wechattest

import (
	"context"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// The mini-program that a Server knows unless told otherwise.
const (
	DefaultAppID  = "wxdemo000000000000"
	DefaultSecret = "demodemodemodemodemodemodemodemo"
)

// The endpoints, for Calls and BehaveAt.
const (
	PathLogin = "/sns/jscode2session"
	PathToken = "/cgi-bin/stable_token"
	PathPhone = "/wxa/business/getuserphonenumber"
	PathSend  = "/cgi-bin/message/subscribe/send"
	PathCode  = "/wxa/getwxacodeunlimit"
	PathText  = "/wxa/msg_sec_check"
)

const (
	// maxKept bounds each record of what was asked: a public demo must not grow without end.
	maxKept = 10_000

	maxBody = 1 << 20
)

// Server is a running stand-in for api.weixin.qq.com.
type Server struct {
	URL    string // http://127.0.0.1:port
	AppID  string
	Secret string

	running sync.Mutex // of what follows
	http    *http.Server
	done    chan struct{}

	mu      sync.Mutex // of all below
	manner  Manner
	manners map[string]Manner // by path, before the general one
	used    map[string]bool   // single-use codes that were used
	calls   map[string]int    // by path
	tokens  tokens
	credits map[string]int // by person and template; nil: nobody keeps account
	sent    []SentMessage
	codes   []AskedCode
	texts   []AskedCheck
}

// Manner is how the server behaves; the zero value is well.
type Manner struct {
	Delay   time.Duration // before every answer
	Status  int           // answer with this HTTP status
	Body    string        // answer with this text (status 200 unless Status says otherwise)
	ErrCode int           // answer with this WeChat error code
	Lose    bool          // do what is asked, then cut the line without an answer
	Times   int           // for so many calls, then well again; 0: until told otherwise
}

// Option changes a Server before it starts.
type Option func(*Server)

// WithApp sets the mini-program whose calls the server accepts.
func WithApp(appID, secret string) Option {
	return func(s *Server) { s.AppID, s.Secret = appID, secret }
}

// WithManner sets how the server behaves from its first call on.
func WithManner(m Manner) Option {
	return func(s *Server) { s.manner = m }
}

// WithCredits makes the server keep account of subscribe messages, as WeChat does:
// one for each Accept, and 43101 when there is none left.
func WithCredits() Option {
	return func(s *Server) { s.credits = map[string]int{} }
}

// Start runs a server on a free port of 127.0.0.1 until Close. It panics when
// loopback has no port to give, as net/http/httptest does.
func Start(opts ...Option) *Server {
	s := &Server{
		AppID:   DefaultAppID,
		Secret:  DefaultSecret,
		manners: map[string]Manner{},
		used:    map[string]bool{},
		calls:   map[string]int{},
		tokens:  tokens{dead: map[string]int{}},
	}
	for _, o := range opts {
		o(s)
	}
	s.URL = "http://" + s.listen("127.0.0.1:0")
	return s
}

func (s *Server) listen(address string) string {
	ln, err := patiently(address)
	if err != nil {
		panic("wechattest: no port on loopback: " + err.Error())
	}
	s.running.Lock()
	defer s.running.Unlock()
	s.http = &http.Server{Handler: s.handler(), ReadHeaderTimeout: 5 * time.Second}
	s.done = make(chan struct{})
	go func(srv *http.Server, done chan struct{}) {
		defer close(done)
		_ = srv.Serve(ln) // always ErrServerClosed, after Close
	}(s.http, s.done)
	return ln.Addr().String()
}

// patiently listens, and waits a moment for an address that another has in passing.
func patiently(address string) (ln net.Listener, err error) {
	for range 100 {
		if ln, err = new(net.ListenConfig).Listen(context.Background(), "tcp4", address); err == nil {
			return ln, nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil, err
}

// Close stops the server at once, cutting off calls under way.
func (s *Server) Close() {
	s.Down()
}

// Down takes the server off the network: connections are refused, until Up. What
// it knows stays.
func (s *Server) Down() {
	s.running.Lock()
	defer s.running.Unlock()
	_ = s.http.Close()
	<-s.done
}

// Up brings the server back at its address.
func (s *Server) Up() { s.listen(s.URL[len("http://"):]) }

// Behave changes how the server answers from the next call on; Behave(Manner{}) makes it well again.
func (s *Server) Behave(m Manner) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.manner = m
}

// BehaveAt is Behave for one endpoint, which then does not heed the general manner.
func (s *Server) BehaveAt(path string, m Manner) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if delete(s.manners, path); m != (Manner{}) {
		s.manners[path] = m
	}
}

// Calls tells how often path was asked for.
func (s *Server) Calls(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[path]
}

// handler has every endpoint; a new one is a line here and a function in its own file.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+PathLogin, s.code2Session)
	mux.HandleFunc("POST "+PathToken, s.stableToken)
	for path, do := range map[string]func(http.ResponseWriter, *http.Request){
		PathPhone: s.phone, PathSend: s.send, PathCode: s.code, PathText: s.text,
	} {
		mux.Handle("POST "+path, s.withToken(do))
	}
	return s.mannered(mux)
}

// mannered counts the call and lets the server misbehave as it was told to.
func (s *Server) mannered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		m := s.noted(r.URL.Path)
		select {
		case <-time.After(m.Delay):
		case <-r.Context().Done():
			return
		}
		switch {
		case m.Lose:
			next.ServeHTTP(unheard{http.Header{}}, r)
			panic(http.ErrAbortHandler) // net/http cuts the line
		case m.Status != 0 || m.Body != "":
			w.WriteHeader(max(m.Status, http.StatusOK))
			_, _ = w.Write([]byte(m.Body))
		case m.ErrCode != 0:
			answerError(w, m.ErrCode)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// unheard is an answer that nobody gets.
type unheard struct{ header http.Header }

func (u unheard) Header() http.Header         { return u.header }
func (u unheard) Write(p []byte) (int, error) { return len(p), nil }
func (u unheard) WriteHeader(int)             {}

// noted counts a call and gives the manner of its answer.
func (s *Server) noted(path string) Manner {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[path]++
	if m, ok := s.manners[path]; ok {
		if m.Times == 1 {
			delete(s.manners, path)
		} else if m.Times > 1 {
			m.Times--
			s.manners[path] = m
			m.Times++
		}
		return m
	}
	m := s.manner
	if m.Times == 1 {
		s.manner = Manner{}
	} else if m.Times > 1 {
		s.manner.Times--
	}
	return m
}

// keep adds to a record, and lets the oldest half go when it is full.
func keep[T any](record *[]T, what T) {
	if len(*record) >= maxKept {
		*record = slices.Clone((*record)[maxKept/2:])
	}
	*record = append(*record, what)
}

// kept gives a copy of a record.
func kept[T any](s *Server, record *[]T) []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(*record)
}

// Reset forgets what was asked and how often; people, codes and tokens stay.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent, s.codes, s.texts = nil, nil, nil
	maps.DeleteFunc(s.calls, func(string, int) bool { return true })
}
