package httpapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"yimi/internal/auth"
	"yimi/internal/fault"
	"yimi/internal/store"
)

const (
	idempotencyHeader = "Idempotency-Key"
	answerWait        = 5 * time.Second // for the first request with the same key to be answered
	answerPoll        = 20 * time.Millisecond
)

var (
	errKeyReused  = fault.New(fault.Conflict, "idempotency_key_reused", "这次提交的编号已用于另一次不同的操作，请刷新后重试")
	errAnswerLost = fault.New(fault.Conflict, "already_done", "这次操作之前已经完成，请刷新查看结果")
)

// idempotent answers a repeated POST with the first answer. The key is written in
// the transaction that does the deed (store.WithKey), so a crash in between can
// lose the answer but never do the deed twice.
func (s *Server) idempotent(c *gin.Context) {
	o, value := operationOf(c), c.GetHeader(idempotencyHeader)
	actor := auth.From(c.Request.Context())
	if !o.takesKey || value == "" || !actor.SignedIn() {
		return
	}
	key := &store.Key{PersonID: actor.PersonID, Key: value, Operation: o.id, BodyHash: bodyHash(c)}
	if s.replay(c, key) {
		return
	}
	c.Request = c.Request.WithContext(store.WithKey(c.Request.Context(), key))
	rec := &recorder{ResponseWriter: c.Writer, header: c.Writer.Header().Clone()}
	c.Writer = rec
	defer func() { c.Writer = rec.ResponseWriter }() // also when the handler panics
	c.Next()
	c.Writer = rec.ResponseWriter
	if !errors.Is(lastError(c), store.ErrKeyTaken) {
		s.keepAnswer(c, key, rec)
		return
	}
	s.awaitAnswer(c, key)
}

// keepAnswer stores a done deed's answer; a refusal did nothing and may be tried again.
func (s *Server) keepAnswer(c *gin.Context, key *store.Key, rec *recorder) {
	if status := rec.Status(); status < 300 {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request.Context()), answerWait)
		defer cancel()
		if err := s.Store.SaveAnswer(ctx, *key, status, rec.Header().Get("Content-Type"), s.Box.Seal(answerName(key), rec.body.Bytes())); err != nil {
			s.Log.WarnContext(ctx, "idempotent answer not kept", "operation", key.Operation, "error", err)
		}
	}
	rec.flush()
}

// awaitAnswer is for the later of two requests with one key under way at once.
func (s *Server) awaitAnswer(c *gin.Context, key *store.Key) {
	c.Errors = nil
	c.Set(faultKey, nil)
	deadline := time.Now().Add(answerWait)
	for time.Now().Before(deadline) {
		if s.replay(c, key) {
			return
		}
		select {
		case <-c.Request.Context().Done():
			return
		case <-time.After(answerPoll):
		}
	}
	refuse(c, errAnswerLost)
}

// replay answers from the kept answer, if there is one. A key whose deed is done but
// whose answer is still missing is left to awaitAnswer.
func (s *Server) replay(c *gin.Context, key *store.Key) bool {
	kept, err := s.Store.Answered(c.Request.Context(), *key)
	switch {
	case err != nil:
		refuse(c, err)
	case kept == nil:
		return false
	case kept.Operation != key.Operation || kept.BodyHash != key.BodyHash:
		refuse(c, errKeyReused)
	case kept.Status == 0 && s.Store.Now().Sub(kept.CreatedAt.Time) > answerWait:
		refuse(c, errAnswerLost) // the server died before it could keep the answer
	case kept.Status == 0:
		return false
	case kept.Status == http.StatusNoContent:
		c.AbortWithStatus(kept.Status)
	default:
		s.giveAgain(c, key, kept)
	}
	return true
}

// giveAgain answers with a kept answer. It is kept sealed: it repeats what the tables seal.
func (s *Server) giveAgain(c *gin.Context, key *store.Key, kept *store.Answer) {
	body, err := s.Box.Open(answerName(key), kept.Body)
	if err != nil { // of a key that is no longer there
		refuse(c, errAnswerLost.Because(err))
		return
	}
	c.Header("Idempotent-Replay", "true")
	c.Data(kept.Status, kept.ContentType, body)
	c.Abort()
}

func answerName(k *store.Key) string { return fmt.Sprintf("answers/%d/%s", k.PersonID, k.Key) }

// bodyHash tells one deed from another: what was meant, not how it was put into bytes.
func bodyHash(c *gin.Context) string {
	h := sha256.New()
	h.Write([]byte(c.Request.URL.Path + "\n"))
	body := c.MustGet(bodyKey).([]byte)
	if !hashParts(h, c.GetHeader("Content-Type"), body) {
		h.Reset()
		h.Write([]byte(c.Request.URL.Path + "\n"))
		h.Write(body)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// hashParts hashes the fields, file names and contents of a form; each sender and each attempt has a
// boundary of its own between them. False when the body is no form that can be read.
func hashParts(h hash.Hash, contentType string, body []byte) bool {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return false
	}
	parts := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return true
		}
		if err != nil {
			return false
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return false
		}
		_, _ = fmt.Fprintf(h, "%q %q %d\n", part.FormName(), part.FileName(), len(content))
		h.Write(content)
	}
}

func lastError(c *gin.Context) error {
	if e := c.Errors.Last(); e != nil {
		return e.Err
	}
	return nil
}

// recorder holds the answer back, headers and all, until it is known to be the one to send: of one that is
// not, nothing may be left, and gin keeps a Content-Type that is there already.
type recorder struct {
	gin.ResponseWriter
	header http.Header
	body   bytes.Buffer
	status int
}

func (r *recorder) Header() http.Header               { return r.header }
func (r *recorder) Write(b []byte) (int, error)       { return r.body.Write(b) }
func (r *recorder) WriteString(s string) (int, error) { return r.body.WriteString(s) }
func (r *recorder) WriteHeader(status int)            { r.status = status }
func (r *recorder) WriteHeaderNow()                   {}
func (r *recorder) Written() bool                     { return r.status != 0 || r.body.Len() > 0 }
func (r *recorder) Size() int                         { return r.body.Len() }

func (r *recorder) Status() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}

func (r *recorder) flush() {
	sent := r.ResponseWriter.Header()
	clear(sent)
	maps.Copy(sent, r.header)
	r.ResponseWriter.WriteHeader(r.Status())
	r.ResponseWriter.WriteHeaderNow()
	_, _ = r.ResponseWriter.Write(r.body.Bytes())
}
