package auth

// FillHashing takes every turn at hashing until the given function is called.
func FillHashing() (release func()) {
	for range maxHashes {
		hashing <- struct{}{}
	}
	return func() {
		for range maxHashes {
			<-hashing
		}
	}
}
