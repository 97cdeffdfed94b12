package wechat

import (
	"sync"
	"time"
)

// memory keeps access tokens in this process. The library's own cache.Memory
// reads its map without the lock, and Go ends a program that does so.
type memory struct {
	mu      sync.Mutex
	entries map[string]entry
	clock   func() time.Time
}

type entry struct {
	value any
	until time.Time
}

func newMemory(clock func() time.Time) *memory {
	return &memory{entries: map[string]entry{}, clock: clock}
}

// Get gives the value kept under key, or nil when there is none or its time is over.
func (m *memory) Get(key string) any {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.entries[key]
	if !ok {
		return nil
	}
	if !m.clock().Before(e.until) {
		delete(m.entries, key)
		return nil
	}
	return e.value
}

// Set keeps value under key for as long as timeout.
func (m *memory) Set(key string, value any, timeout time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.entries[key] = entry{value: value, until: m.clock().Add(timeout)}
	return nil
}

// IsExist tells whether Get would give a value.
func (m *memory) IsExist(key string) bool { return m.Get(key) != nil }

// Delete forgets key.
func (m *memory) Delete(key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.entries, key)
	return nil
}

// drop forgets key if value is still what it keeps: a caller whose token was
// refused must not throw away the new one that another has just got.
func (m *memory) drop(key string, value any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entries[key].value == value {
		delete(m.entries, key)
	}
}
