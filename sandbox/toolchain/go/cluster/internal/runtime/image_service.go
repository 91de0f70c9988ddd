//go:build linux

package runtime

import (
	"context"
	"time"

	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// imageService has every image: what runs in its place is decided when a container is made.
type imageService struct{}

func (imageService) ListImages(context.Context, *runtimeapi.ImageFilter) ([]*runtimeapi.Image, error) {
	return nil, nil
}

func (imageService) ImageStatus(_ context.Context, image *runtimeapi.ImageSpec, _ bool) (*runtimeapi.ImageStatusResponse, error) {
	return &runtimeapi.ImageStatusResponse{Image: &runtimeapi.Image{
		Id:       image.Image,
		RepoTags: []string{image.Image},
		Size:     1,
		Uid:      &runtimeapi.Int64Value{Value: defaultUID(image.Image)},
		Spec:     image,
	}}, nil
}

// defaultUID satisfies runAsNonRoot for images whose user is not known here.
func defaultUID(reference string) int64 {
	if image, found := (Images{}).Find(reference); found && image.UID != 0 {
		return int64(image.UID)
	}
	return placeholderUID
}

func (imageService) PullImage(_ context.Context, image *runtimeapi.ImageSpec, _ *runtimeapi.AuthConfig, _ *runtimeapi.PodSandboxConfig) (string, error) {
	return image.Image, nil
}

func (imageService) RemoveImage(context.Context, *runtimeapi.ImageSpec) error { return nil }

func (imageService) ImageFsInfo(context.Context) (*runtimeapi.ImageFsInfoResponse, error) {
	usage := []*runtimeapi.FilesystemUsage{{
		Timestamp:  time.Now().UnixNano(),
		FsId:       &runtimeapi.FilesystemIdentifier{Mountpoint: "/"},
		UsedBytes:  &runtimeapi.UInt64Value{Value: 1},
		InodesUsed: &runtimeapi.UInt64Value{Value: 1},
	}}
	return &runtimeapi.ImageFsInfoResponse{ImageFilesystems: usage, ContainerFilesystems: usage}, nil
}

func (imageService) Close() error { return nil }
