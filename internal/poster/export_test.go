package poster

// Bound sets the bytes of a generation.
func (k *Kept) Bound(most int) { k.most = most }

// Bytes are those of the pictures that are kept.
func (k *Kept) Bytes() (n int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, generation := range []map[string]Picture{k.young, k.old} {
		for _, p := range generation {
			n += len(p.PNG)
		}
	}
	return n
}

// Occupy takes the turn of who draws, until free is called.
func (k *Kept) Occupy() (free func()) {
	k.turn <- struct{}{}
	return func() { <-k.turn }
}
