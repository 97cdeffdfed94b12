// Command bundle makes one contract of its files: bundle FOLDER FILE. Each file has the shape of the whole (tags, paths,
// components), common.yaml comes first, and what two files say is refused.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v3"
)

const made = "# Made by scripts/gen from api/contract; do not edit.\n"

func main() {
	if len(os.Args) != 3 {
		fail(errors.New("bundle FOLDER FILE"))
	}
	files, err := filepath.Glob(filepath.Join(os.Args[1], "*.yaml"))
	if err != nil {
		fail(err)
	}
	common := filepath.Join(os.Args[1], "common.yaml")
	files = slices.DeleteFunc(files, func(file string) bool { return file == common })
	whole := &yaml.Node{Kind: yaml.MappingNode}
	for _, file := range append([]string{common}, files...) {
		if err := add(whole, file); err != nil {
			fail(fmt.Errorf("%s: %w", file, err))
		}
	}
	if err := write(whole, os.Args[2]); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "bundle:", err)
	os.Exit(1)
}

func add(whole *yaml.Node, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var part yaml.Node
	if err := yaml.Unmarshal(text, &part); err != nil {
		return err
	}
	if len(part.Content) != 1 || part.Content[0].Kind != yaml.MappingNode {
		return errors.New("not a mapping")
	}
	uncomment(&part)
	return merge(whole, part.Content[0], "")
}

func uncomment(n *yaml.Node) {
	n.HeadComment, n.LineComment, n.FootComment = "", "", ""
	for _, c := range n.Content {
		uncomment(c)
	}
}

// shared are the places where several files add to one list or mapping.
var shared = []string{"/tags", "/paths", "/components", "/components/schemas", "/components/parameters", "/components/responses"}

// merge puts the keys of part into whole.
func merge(whole, part *yaml.Node, at string) error {
	for i := 0; i < len(part.Content); i += 2 {
		key, value := part.Content[i], part.Content[i+1]
		here := at + "/" + key.Value
		old := find(whole, key.Value)
		switch {
		case old == nil:
			whole.Content = append(whole.Content, key, value)
		case old.Kind != value.Kind || !slices.Contains(shared, here):
			return fmt.Errorf("line %d: %s is in another file too", key.Line, here)
		case value.Kind == yaml.SequenceNode:
			old.Content = append(old.Content, value.Content...)
		default:
			if err := merge(old, value, here); err != nil {
				return err
			}
		}
	}
	return nil
}

func find(mapping *yaml.Node, key string) *yaml.Node {
	for i := 0; i < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}

func write(whole *yaml.Node, file string) error {
	out := bytes.NewBufferString(made)
	e := yaml.NewEncoder(out)
	e.SetIndent(2)
	if err := errors.Join(e.Encode(whole), e.Close()); err != nil {
		return err
	}
	return os.WriteFile(file, out.Bytes(), 0o644)
}
