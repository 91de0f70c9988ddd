//go:build tools

// Package tools pins the programs of the sandbox: the imports keep their modules in go.mod.
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
