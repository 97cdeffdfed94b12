package app_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"yimi/internal/apptest"
)

// features are the packages with use cases; a new one is written in here.
var features = []string{"identity", "unit", "request", "booking", "catalogue", "activity", "hours", "campaign", "policy"}

// betweenFeatures is the one list of features that may import each other (docs/architecture.md).
var betweenFeatures = map[string][]string{
	"identity": {"seal"},
	"hours":    {"policy"},
	"activity": {"campaign", "hours", "policy"},
	"campaign": {"hours"},
	"booking":  {"catalogue"},
	"request":  {"activity", "booking", "catalogue", "policy", "seal", "files"},
}

// mayImport gives what a package of this module may import of it; ok is false for a package that no rule knows.
func mayImport(pkg string) (allowed []string, ok bool) {
	switch {
	case pkg == "main":
		return []string{"app"}, true
	case pkg == "app":
		return append([]string{"config", "feature", "httpapi", "human", "say", "jobs", "outbox", "audit", "store", "auth", "fault", "web", "wechat", "wechat/wechattest", "api", "seal", "city", "backup", "version", "files"}, features...), true
	case pkg == "httpapi":
		return append([]string{"api", "audit", "auth", "fault", "feature", "store", "outbox", "seal", "poster", "human", "say", "age"}, features...), true
	case pkg == "backup":
		return []string{"store", "seal", "version", "files"}, true
	case pkg == "city":
		return append([]string{"store", "seal", "auth", "say"}, features...), true
	case pkg == "bench":
		return []string{"bench/script", "app", "config", "auth", "activity"}, true
	case pkg == "bench/floor":
		return []string{"bench/script"}, true
	case slices.Contains(features, pkg):
		return append([]string{"feature", "scope", "store", "outbox", "audit", "auth", "fault", "workflow", "human", "jobs", "say", "age"}, betweenFeatures[pkg]...), true
	case pkg == "human":
		return []string{"scope", "store", "auth", "fault", "age"}, true
	case pkg == "outbox":
		return []string{"feature", "scope", "store", "audit", "auth", "fault", "jobs"}, true
	case pkg == "audit":
		return []string{"feature", "scope", "store", "auth", "fault", "say", "age"}, true
	case pkg == "feature":
		return []string{"store", "auth", "jobs", "workflow"}, true
	case pkg == "say", pkg == "age":
		return []string{"store"}, true
	case pkg == "wechat":
		return []string{"fault", "say"}, true
	case pkg == "store", pkg == "auth", pkg == "workflow":
		return []string{"fault"}, true
	case pkg == "config":
		return []string{"configs"}, true
	case pkg == "poster":
		return []string{"fonts"}, true
	case pkg == "jobs", pkg == "scope", pkg == "fault", pkg == "seal", pkg == "files", pkg == "fonts", pkg == "web", pkg == "version", pkg == "api", pkg == "configs", pkg == "wechat/wechattest", pkg == "bench/script":
		return nil, true
	}
	return nil, false
}

// onlyIn are modules, and standard packages, that belong to some packages alone.
var onlyIn = map[string][]string{
	"github.com/gin-gonic/gin":       {"httpapi", "app", "web", "api"}, // api: what the generator writes
	"github.com/silenceper/wechat":   {"wechat"},
	"gorm.io/gorm":                   append([]string{"app", "scope", "store", "outbox", "audit", "human"}, features...),
	"github.com/golang-jwt/jwt":      {"auth"},
	"github.com/prometheus":          {"httpapi", "app"},
	"github.com/go-sql-driver/mysql": {"store", "bench/script", "bench/floor"},
}

// forTests are packages that only tests import.
var forTests = []string{"storetest", "apptest"}

type listed struct {
	ImportPath string
	Imports    []string
}

func short(path string) string {
	if path == "yimi" {
		return "main"
	}
	return strings.TrimPrefix(strings.TrimPrefix(path, "yimi/"), "internal/")
}

// Imports form the tree of docs/architecture.md, and frameworks stay where they belong.
func TestImportsFormATree(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	apptest.Must(t, err)
	seen := 0
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; seen++ {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if pkg := short(p.ImportPath); !slices.Contains(forTests, pkg) && !strings.HasPrefix(pkg, "scripts/") {
			checkImports(t, pkg, p.Imports)
		}
	}
	if seen < 15 {
		t.Errorf("only %d packages were seen", seen)
	}
}

func checkImports(t *testing.T, pkg string, imports []string) {
	t.Helper()
	allowed, known := mayImport(pkg)
	if !known {
		t.Errorf("no rule knows the package %s; write one in imports_test.go", pkg)
	}
	for _, i := range imports {
		if ours := i == "yimi" || strings.HasPrefix(i, "yimi/"); ours && !slices.Contains(allowed, short(i)) {
			t.Errorf("%s imports %s; it may import only %v", pkg, short(i), allowed)
		}
		if i == "net/http" && slices.Contains(features, pkg) {
			t.Errorf("the feature %s imports net/http", pkg)
		}
		for module, where := range onlyIn {
			if (i == module || strings.HasPrefix(i, module+"/")) && !slices.Contains(where, pkg) {
				t.Errorf("%s imports %s, which belongs in %v", pkg, i, where)
			}
		}
	}
}
