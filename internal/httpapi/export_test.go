package httpapi

import (
	"strings"
	"sync"
)

// Rules names the access rule of every operation.
func Rules() map[string]string {
	ops, _, err := operations()
	if err != nil {
		panic(err)
	}
	out := map[string]string{}
	for _, o := range ops {
		out[o.id] = o.access
	}
	return out
}

// Route is a method on a path of the contract.
type Route struct{ Method, Path string }

// Routes gives the route of every operation.
var Routes = sync.OnceValue(func() map[string]Route {
	ops, _, err := operations()
	if err != nil {
		panic(err)
	}
	out := map[string]Route{}
	for key, o := range ops {
		method, _, _ := strings.Cut(key, " ")
		out[o.id] = Route{method, o.path}
	}
	return out
})
