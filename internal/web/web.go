// Package web serves the built front ends out of the binary: the landing page at /, the mini-program as H5 at /m/,
// the contract for people at /docs/.
// scripts/web build fills dist; without a build the pages say how to make one.
package web

import (
	"embed"
	"io/fs"
	"net/http"

	"github.com/gin-gonic/gin"
)

//go:embed all:dist
var embedded embed.FS

// Register puts the front ends on the router. What it does not know is left to the router's own 404.
func Register(r gin.IRoutes) {
	built, err := fs.Sub(embedded, "dist")
	if err != nil {
		panic(err) // the folder is named two lines above
	}
	register(r, newSite(built))
}

func register(r gin.IRoutes, s *site) {
	serve := func(c *gin.Context) { s.serve(c.Writer, c.Request) }
	toFolder := func(c *gin.Context) { c.Redirect(http.StatusMovedPermanently, c.FullPath()+"/") }
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		r.Handle(method, "/", serve)
		r.Handle(method, "/landing/*file", serve)
		r.Handle(method, "/m", toFolder)
		r.Handle(method, "/m/*file", serve)
		r.Handle(method, "/docs", toFolder)
		r.Handle(method, "/docs/", serve)
		r.Handle(method, "/docs/rapidoc-min.js", serve)
	}
}
