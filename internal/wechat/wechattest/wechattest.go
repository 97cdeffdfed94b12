// Package wechattest is a WeChat server on loopback: it serves the documented
// endpoints with their documented answers and error codes, for tests and for
// demo mode. It is a real HTTP server, so the real client talks to it.
package wechattest

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// The mini-program that a Server knows unless told otherwise.
const (
	DefaultAppID  = "wxdemo000000000000"
	DefaultSecret = "demodemodemodemodemodemodemodemo"
)

// Server is a running stand-in for api.weixin.qq.com.
type Server struct {
	URL    string // http://127.0.0.1:port
	AppID  string
	Secret string

	http *http.Server
	done chan struct{}

	mu     sync.Mutex
	manner Manner
	used   map[string]bool // single-use codes that were used
	calls  map[string]int  // by path
}

// Manner is how the server behaves; the zero value is well.
type Manner struct {
	Delay   time.Duration // before every answer
	Status  int           // answer with this HTTP status
	Body    string        // answer with this text (status 200 unless Status says otherwise)
	ErrCode int           // answer with this WeChat error code
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

// Start runs a server on a free port of 127.0.0.1 until Close. It panics when
// loopback has no port to give, as net/http/httptest does.
func Start(opts ...Option) *Server {
	s := &Server{
		AppID:  DefaultAppID,
		Secret: DefaultSecret,
		done:   make(chan struct{}),
		used:   map[string]bool{},
		calls:  map[string]int{},
	}
	for _, o := range opts {
		o(s)
	}
	ln, err := new(net.ListenConfig).Listen(context.Background(), "tcp4", "127.0.0.1:0")
	if err != nil {
		panic("wechattest: no port on loopback: " + err.Error())
	}
	s.URL = "http://" + ln.Addr().String()
	s.http = &http.Server{Handler: s.handler(), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		defer close(s.done)
		_ = s.http.Serve(ln) // always ErrServerClosed, after Close
	}()
	return s
}

// Close stops the server at once, cutting off calls under way.
func (s *Server) Close() {
	_ = s.http.Close()
	<-s.done
}

// Behave changes how the server answers from the next call on; Behave(Manner{}) makes it well again.
func (s *Server) Behave(m Manner) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.manner = m
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
	mux.HandleFunc("GET /sns/jscode2session", s.code2Session)
	return s.mannered(mux)
}

// mannered counts the call and lets the server misbehave as it was told to.
func (s *Server) mannered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m := s.noted(r.URL.Path)
		select {
		case <-time.After(m.Delay):
		case <-r.Context().Done():
			return
		}
		switch {
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

func (s *Server) noted(path string) Manner {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[path]++
	return s.manner
}
