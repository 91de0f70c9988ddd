// Command chart-template renders charts as `helm template` does, with the Helm of Pulumi's Kubernetes provider: releases as
// JSON on standard input, their manifests as JSON on standard output, in the same order.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
)

type release struct {
	Name      string         `json:"name"`
	Namespace string         `json:"namespace"`
	Chart     string         `json:"chart"`
	Values    map[string]any `json:"values"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var releases []release
	if err := json.NewDecoder(os.Stdin).Decode(&releases); err != nil {
		return err
	}
	manifests := make([]string, 0, len(releases))
	for _, one := range releases {
		manifest, err := render(one)
		if err != nil {
			return fmt.Errorf("%s: %w", one.Name, err)
		}
		manifests = append(manifests, manifest)
	}
	return json.NewEncoder(os.Stdout).Encode(manifests)
}

func render(one release) (string, error) {
	chart, err := loader.Load(one.Chart)
	if err != nil {
		return "", err
	}
	options := chartutil.ReleaseOptions{Name: one.Name, Namespace: one.Namespace, Revision: 1, IsInstall: true}
	capabilities := chartutil.DefaultCapabilities.Copy()
	values, err := chartutil.ToRenderValues(chart, one.Values, options, capabilities)
	if err != nil {
		return "", err
	}
	files, err := engine.Render(chart, values)
	if err != nil {
		return "", err
	}
	paths := make([]string, 0, len(files))
	for path := range files {
		if !strings.HasSuffix(path, "NOTES.txt") {
			paths = append(paths, path)
		}
	}
	sort.Strings(paths)
	var manifest strings.Builder
	for _, path := range paths {
		fmt.Fprintf(&manifest, "---\n%s\n", files[path])
	}
	return manifest.String(), nil
}
