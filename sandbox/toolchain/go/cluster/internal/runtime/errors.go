//go:build linux

package runtime

import (
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// notFound is the error by which the kubelet knows that something is gone already.
func notFound(what, id string) error {
	return status.Errorf(codes.NotFound, "no %s %s", what, id)
}
