package store

// Set puts a patch's value under its column; nil, which is not given, leaves the column as it is.
func Set[T any](columns map[string]any, name string, value *T) {
	if value != nil {
		columns[name] = *value
	}
}
