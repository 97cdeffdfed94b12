package poster

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
)

// keptBytes bounds the pictures of one generation: some sixty posters.
const keptBytes = 16 << 20

// Picture is a drawn poster, and a tag that tells it from every other.
type Picture struct {
	PNG []byte
	Tag string
}

// Kept draws posters, one at a time, and keeps the last ones. A poster is found by all that is on it, so what
// changes makes a new one. They are in two generations: when the young one is full, the old one is forgotten;
// what is asked for again meanwhile is young again.
type Kept struct {
	turn chan struct{} // one draws
	most int           // bytes of a generation

	mu         sync.Mutex
	young, old map[string]Picture
	bytes      int // of the young
}

// NewKept keeps nothing yet.
func NewKept() *Kept {
	return &Kept{turn: make(chan struct{}, 1), most: keptBytes, young: map[string]Picture{}}
}

// Draw gives the poster that was drawn before, or waits for its turn and draws it. Of callers who ask for
// one poster at once the first draws it for all.
func (k *Kept) Draw(ctx context.Context, p Poster) (Picture, error) {
	key := p.key()
	if found, ok := k.find(key); ok {
		return found, nil
	}
	select {
	case k.turn <- struct{}{}:
	case <-ctx.Done():
		return Picture{}, ctx.Err()
	}
	defer func() { <-k.turn }()
	if found, ok := k.find(key); ok { // drawn by the one before
		return found, nil
	}
	raw, err := Draw(p)
	if err != nil {
		return Picture{}, err
	}
	sum := sha256.Sum256(raw)
	made := Picture{PNG: raw, Tag: `"` + hex.EncodeToString(sum[:16]) + `"`}
	k.keep(key, made)
	return made, nil
}

func (k *Kept) find(key string) (Picture, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if p, ok := k.young[key]; ok {
		return p, true
	}
	p, ok := k.old[key]
	if ok {
		k.put(key, p)
	}
	return p, ok
}

func (k *Kept) keep(key string, p Picture) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.put(key, p)
}

func (k *Kept) put(key string, p Picture) {
	if k.bytes+len(p.PNG) > k.most {
		k.old, k.young, k.bytes = k.young, map[string]Picture{}, 0
	}
	k.young[key] = p
	k.bytes += len(p.PNG)
}

// key is a hash of every word and of the code.
func (p Poster) key() string {
	h := sha256.New()
	words := p
	words.Code = nil
	_, _ = fmt.Fprintf(h, "%#v\n", words)
	h.Write(p.Code)
	return string(h.Sum(nil))
}
