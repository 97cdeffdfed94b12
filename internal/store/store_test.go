package store_test

import (
	"testing"

	"yimi/internal/store"
	"yimi/internal/storetest"
)

func TestOpensMigratedAndReady(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if err := s.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}
